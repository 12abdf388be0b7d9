import aws4 from "aws4";
import pRetry from "p-retry";
import type { CreateBucketsInput } from "../../components/contract/create-buckets.ts";
import { delivers } from "../delivered.ts";
import { request } from "../machine/http.ts";
import { runStep, StepFailure } from "../program.ts";

async function createBuckets(input: CreateBucketsInput): Promise<object> {
  delivers([input.secretAccessKey]);
  for (const bucket of input.buckets)
    await pRetry(() => createBucket(input, bucket), { retries: 3, minTimeout: 500 });
  return { buckets: input.buckets };
}

/** Creates one bucket; one that is there already is fine (409 `BucketAlreadyOwnedByYou`). */
async function createBucket({ target, region, ...keys }: CreateBucketsInput, bucket: string): Promise<void> {
  const host = `${target.host}:${target.port}`;
  const { headers } = aws4.sign({ method: "PUT", host, path: `/${bucket}`, service: "s3", region }, keys);
  const { status, body } = await request(target, {
    method: "PUT",
    path: `/${bucket}`,
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]),
    ),
  });
  if (status === 200 || (status === 409 && body.includes("BucketAlreadyOwnedByYou"))) return;
  throw new StepFailure(
    `buckets.${bucket}: the object storage refuses to create it, got ${status} ${body.slice(0, 200)}`,
  );
}

await runStep(createBuckets);
