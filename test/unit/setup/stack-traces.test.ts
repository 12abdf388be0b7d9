import assert from "node:assert/strict";
import { createRequire } from "node:module";

describe("stack traces", () => {
  let before: PropertyDescriptor | undefined;
  beforeEach(async () => {
    before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
    await import(`../../../setup/speed/stack-traces.mjs?${Date.now()}`);
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", before);
  });

  it("leave out the Pulumi SDK's lines and keep the program's own, also once Pulumi has set a format of its own", () => {
    const { Config } = createRequire(import.meta.url)("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
    const missing = (): string => String(caught(() => new Config("towpath").require("missing")).stack);
    assert.match(missing(), /stack-traces\.test\.ts/);
    assert.doesNotMatch(missing(), /@pulumi\/pulumi/);
    Error.prepareStackTrace = (error, frames) => [`own: ${String(error)}`, ...frames.map(String)].join("\n");
    assert.match(missing(), /^own: [^]*stack-traces\.test\.ts/);
    assert.doesNotMatch(missing(), /@pulumi\/pulumi/);
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
