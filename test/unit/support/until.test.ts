import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { waits } from "../../support/waits.ts";

describe("until", () => {
  it("returns what a look finds", async () => {
    let looks = 0;
    assert.equal(await until("the second look", 10, () => (++looks === 2 ? looks : undefined)), 2);
    assert.deepEqual(waits(), []);
  });

  it("fails with what was waited for, and the error of the last look", async () => {
    const late = until("the impossible", 0.01, () => {
      throw new Error("not yet");
    });
    assert.deepEqual(waits(), ["the impossible"]);
    await assert.rejects(late, (error: Error) => {
      assert.equal(error.message, "the impossible: not within 0.01 s");
      assert.equal((error.cause as Error).message, "not yet");
      return true;
    });
    assert.deepEqual(waits(), []);
  });

  it("gives up a look that takes longer than the time limit, and aborts its signal", async () => {
    let signal: AbortSignal | undefined;
    const look = (given: AbortSignal): Promise<never> => {
      signal = given;
      return new Promise(() => undefined);
    };
    await assert.rejects(until("an answer", 0.01, look), (error: Error) => {
      assert.equal(error.message, "an answer: not within 0.01 s");
      assert.equal((error.cause as Error).message, "the last look had not ended");
      return true;
    });
    assert.equal(signal?.aborted, true);
  });
});
