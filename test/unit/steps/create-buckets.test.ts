/**
 * The creation of buckets as the program that an environment runs, with a fake `docker` through which an S3 server answers.
 *
 * It cannot prove that a server accepts the signature: test/e2e stores objects in the buckets.
 */
import assert from "node:assert/strict";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { CreateBucketsInput } from "../../../components/contract/create-buckets.ts";

const input: CreateBucketsInput = {
  target: { gateway: "gateway", host: "storage", port: 7070 },
  region: "us-east-1",
  accessKeyId: "AKIAOPENSESAME",
  secretAccessKey: "open-sesame-open-sesame",
  buckets: ["notes-local-files", "notes-local-thumbnails"],
};

function creating(script: string): Scene {
  return { program: "create-buckets", input, script };
}

describe("the creation of buckets", function () {
  this.timeout(60_000);

  scene("requests each of them, signed", creating(`answer 200 ""`), (played) => {
    assert.deepEqual(receiptOf(played), { buckets: ["notes-local-files", "notes-local-thumbnails"] });
    assert.deepEqual(typed(played.calls), [
      "exec -i gateway timeout 6 nc storage 7070",
      "exec -i gateway timeout 6 nc storage 7070",
    ]);
    const [request = "", ...headers] = played.calls[0]?.input.toString().split("\r\n") ?? [];
    assert.equal(request, "PUT /notes-local-files HTTP/1.1");
    assert.ok(headers.includes("host: storage:7070"), headers.join("\n"));
    assert.match(
      headers.find((header) => header.startsWith("authorization: ")) ?? "",
      /^authorization: AWS4-HMAC-SHA256 Credential=AKIAOPENSESAME\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=.*\bhost\b.*, Signature=[0-9a-f]{64}$/,
    );
  });

  scene("shows neither the keys nor the signature", creating(`answer 200 ""`), (played) => {
    const open = [...typed(played.calls), ...played.calls.map(({ environment }) => environment)].join("\n");
    assert.doesNotMatch(`${open}\n${played.stdout}`, /OPENSESAME|open-sesame|Signature/);
  });

  scene(
    "accepts a bucket that exists already",
    creating(`answer 409 "<Error><Code>BucketAlreadyOwnedByYou</Code></Error>"`),
    (played) => {
      receiptOf(played);
      assert.equal(played.calls.length, 2);
    },
  );

  scene(
    "tries again, and then reports the server's error",
    {
      ...creating(`answer 403 "<Error><Code>SignatureDoesNotMatch</Code></Error>"`),
      input: { ...input, buckets: ["notes-local-files"] },
    },
    (played) => {
      assert.deepEqual(failureOf(played), [
        "buckets.notes-local-files: the object storage refuses to create it, " +
          "got 403 <Error><Code>SignatureDoesNotMatch</Code></Error>",
      ]);
      assert.equal(played.calls.length, 4);
    },
  );
});
