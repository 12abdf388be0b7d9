import type { IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

/** The answer that a user got. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a host over HTTPS, under a domain that leads nowhere in tests. An answer has `seconds` to come. */
export function ask(
  address: string,
  domain: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  seconds = 10,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.get(
      {
        host: address,
        servername: domain,
        path,
        headers: { host: domain, ...headers },
        // The gateway's own authority is believed by its steps, which check it.
        rejectUnauthorized: false,
        agent: false,
        timeout: seconds * 1000,
      },
      (response) => {
        text(response).then((body) => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        }, reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${seconds} s`)));
    request.on("error", reject);
  });
}
