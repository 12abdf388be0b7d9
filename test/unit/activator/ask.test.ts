import assert from "node:assert/strict";
import { askActivator } from "../../../components/activator/ask.ts";

describe("a question to the activator", () => {
  it("is asked in its container, and takes as long as a wake may take", async () => {
    const asked: unknown[] = [];
    const run = (...call: readonly unknown[]): Promise<string> => {
      asked.push(...call);
      return Promise.resolve('{"result":"pass"}');
    };
    assert.deepEqual(await askActivator({ run }, "activator", "wake", { namespace: "notes-pr-12" }), {
      result: "pass",
    });
    assert.deepEqual(asked, [
      "activator",
      ["node", "/tmp/program/host/program/ask.mjs", '{"operation":"wake","namespace":"notes-pr-12"}'],
      160,
    ]);
  });

  it("is reported when nobody answers", async () => {
    await assert.rejects(askActivator({ run: () => Promise.resolve(undefined) }, "activator", "state"), {
      message:
        'towpath:gateway: the program that wakes previews was asked, got no answer to "state"; see why on the host with docker logs activator',
    });
  });
});
