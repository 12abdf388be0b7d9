import assert from "node:assert/strict";
import { waitingFor, whileTelling } from "../../../steps/progress.ts";
import { until } from "../../support/until.ts";

describe("the progress of a step", () => {
  it("shows what it waits for, and for how long, as long as it waits", async () => {
    const told: string[] = [];
    const result = await whileTelling(
      (line) => told.push(line),
      async () => {
        waitingFor("services.api: not healthy yet");
        await until("a line", 10, () => told.length > 0 || undefined);
        waitingFor(undefined);
        return told.length;
      },
      0.02,
    );
    assert.ok(result > 0);
    assert.match(told[0] ?? "", /^services\.api: not healthy yet \(\d s so far\)$/);
    assert.equal(told.length, result);
  });

  it("ends with a step that fails", async () => {
    const told: string[] = [];
    const failing = whileTelling(
      (line) => told.push(line),
      () => {
        waitingFor("the migration");
        return Promise.reject(new Error("failed"));
      },
      0.02,
    );
    await assert.rejects(failing, { message: "failed" });
    assert.deepEqual(told, []);
  });
});
