import { createHash, createHmac } from "node:crypto";

/** Access to an S3 server. */
export interface Account {
  endpoint: string;
  key: string;
  secret: string;
  region: string;
}

/** Sends one signed request (AWS Signature Version 4, the whole body in memory). */
export async function send(account: Account, method: string, path: string, body = ""): Promise<Response> {
  const { host } = new URL(account.endpoint);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const contentHash = createHash("sha256").update(body).digest("hex");
  const signed = `host:${host}\nx-amz-content-sha256:${contentHash}\nx-amz-date:${time}\n`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const request = [method, path, "", signed, names, contentHash].join("\n");
  const scope = `${day}/${account.region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(request).digest("hex")].join(
    "\n",
  );
  const signingKey = [day, account.region, "s3", "aws4_request"].reduce<string | Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${account.secret}`,
  );
  const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
  return fetch(`${account.endpoint}${path}`, {
    method,
    // While the engine changes its rules for other containers, a connection may get lost.
    signal: AbortSignal.timeout(5000),
    headers: {
      "x-amz-content-sha256": contentHash,
      "x-amz-date": time,
      authorization: `AWS4-HMAC-SHA256 Credential=${account.key}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
    ...(body === "" ? {} : { body }),
  });
}
