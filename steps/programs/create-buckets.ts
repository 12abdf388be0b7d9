import aws4 from "aws4";
import pRetry from "p-retry";
import type { CreateBucketsInput } from "../../components/contract/create-buckets.ts";
import { delivers } from "../delivered.ts";
import { request } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

async function createBuckets(input: CreateBucketsInput, machine: Machine): Promise<object> {
  delivers([input.secretAccessKey]);
  for (const bucket of input.buckets)
    await pRetry(() => createBucket(machine, input, bucket), { retries: 3, minTimeout: 500 });
  return { buckets: input.buckets };
}

/** Creates one bucket; one that is there already is fine (409 `BucketAlreadyOwnedByYou`). */
async function createBucket(
  machine: Machine,
  { target, region, ...keys }: CreateBucketsInput,
  bucket: string,
): Promise<void> {
  const host = `${target.host}:${target.port}`;
  const { headers } = aws4.sign({ method: "PUT", host, path: `/${bucket}`, service: "s3", region }, keys);
  const { status, body } = await request(machine, target, {
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
