import assert from "node:assert/strict";
import { storageAddress } from "../../../components/application/storage-url.ts";

describe("the URL of an S3 storage (000-39)", () => {
  it("says the way to it, with letters that are encoded", () => {
    assert.deepEqual(
      storageAddress("https://AKIA1:s%2Fk%2B1@s3.eu-central-1.amazonaws.com?region=eu-central-1"),
      {
        ...{ endpoint: "https://s3.eu-central-1.amazonaws.com", host: "s3.eu-central-1.amazonaws.com" },
        ...{ port: 443, encrypted: true, region: "eu-central-1" },
        ...{ accessKeyId: "AKIA1", secretAccessKey: "s/k+1" },
      },
    );
    assert.deepEqual(storageAddress("http://key:secret@[fd00::1]:9000/"), {
      ...{ endpoint: "http://[fd00::1]:9000", host: "fd00::1", port: 9000, encrypted: false },
      ...{ region: "us-east-1", accessKeyId: "key", secretAccessKey: "secret" },
    });
  });

  it("is told from what is none, without a part that may be secret", () => {
    const encoding = "a text that is no URL, or has a letter that is not encoded";
    for (const [text = "", said] of [
      ["hunter2", "a text that is no URL"],
      ["s3://key:hunter2@x", 'a URL that begins with "s3://"'],
      ["https://key:hunter%2@x", encoding],
      ["https://key:hunter#2@x", encoding],
      ["https://key:hunter%0A2@x", encoding],
      ["https://hunter2@x", "a URL without the two keys"],
      ["https://key:hunter2@x/bucket", "a URL with a path"],
      ["https://key:hunter2@x?region=a&token=b", "a URL with another option than region"],
      ["https://key:hunter2@x?region=a%0Ab", "a URL whose region is none"],
    ]) {
      assert.equal(storageAddress(text), said, text);
    }
  });
});
