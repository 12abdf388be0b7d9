import assert from "node:assert/strict";
import { createRequire } from "node:module";

describe("stack traces", () => {
  it("leave out the Pulumi SDK's lines and keep the program's own", async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back, never called
    const format = Error.prepareStackTrace;
    try {
      await import("../../../setup/speed/stack-traces.mjs");
      const { Config } = createRequire(import.meta.url)("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
      const error = caught(() => new Config("towpath").require("missing"));
      assert.match(String(error.stack), /stack-traces\.test\.ts/);
      assert.doesNotMatch(String(error.stack), /@pulumi\/pulumi/);
    } finally {
      Error.prepareStackTrace = format;
    }
  });
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
