import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeLock } from "../../../../cli/ci/lock.ts";
import { onceUnlocked, unlessBusy } from "../../../../cli/preview/alone.ts";
import { StateLocked } from "../../../../cli/problem.ts";
import { recordedProgress } from "../quiet.ts";

describe("work on a preview", () => {
  let privateFolder: string;

  beforeEach(() => {
    privateFolder = mkdtempSync(join(tmpdir(), "towpath-alone-"));
  });
  afterEach(() => {
    rmSync(privateFolder, { recursive: true });
  });

  it("is not begun while another run of the same clone is at work, by one that does not wait", async () => {
    const other = takeLock(join(privateFolder, "previews", "pr-12.lock"));
    const work = (): Promise<string> => unlessBusy("pr-12", { privateFolder }, () => Promise.resolve("done"));
    await assert.rejects(work(), (error) => {
      assert.ok(error instanceof StateLocked);
      assert.equal(
        error.message,
        `pr-12: another run is changing it, got process ${process.pid}; wait until it ends`,
      );
      return true;
    });
    other.release();
    assert.deepEqual([await work(), await work()], ["done", "done"]);
  });

  it("is tried again only while another run has the state", async () => {
    const progress = recordedProgress();
    const failures = [new StateLocked("locked"), new Error("api: not healthy")];
    const work = (): Promise<never> => Promise.reject(failures.shift() ?? new Error("once too often"));
    await assert.rejects(onceUnlocked("pr-12", progress, work), { message: "api: not healthy" });
    const waits = "waiting for another run, which has the state of pr-12";
    assert.deepEqual(progress.lines, [`${waits} …`, `${waits} done`]);
  });
});
