import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf, longRunsFile, planLongRuns, readLongRuns, writeLongRun } from "../../run/long-runs.ts";

describe("long tests within a time limit", () => {
  const inputs = { old: "1", never: "1", same: "1", recent: "2", huge: "2" };
  const runs = {
    recent: { at: 30, seconds: 100, inputs: "1" },
    same: { at: 10, seconds: 1, inputs: "1" },
    old: { at: 20, seconds: 60, inputs: "0" },
    huge: { at: 25, seconds: 1000, inputs: "0" },
  };

  it("are those whose sources changed since they passed, those that ran longest ago first", () => {
    assert.deepEqual(planLongRuns(inputs, runs, 60), { run: ["never", "old", "huge", "recent"], left: [] });
  });

  it("are as many as there is time for, by how long they took last time", () => {
    assert.deepEqual(planLongRuns(inputs, runs, 5), { run: ["old", "recent"], left: ["never", "huge"] });
    assert.deepEqual(planLongRuns(inputs, runs, 1), { run: ["old"], left: ["never", "huge", "recent"] });
  });

  it("that never ran here take as long as a matrix, or some minutes where the file has nothing but them", () => {
    const never = { "matrix.test.ts": "1", "other.long.test.ts": "1" };
    assert.deepEqual(planLongRuns(never, {}, 5), { run: ["other.long.test.ts"], left: ["matrix.test.ts"] });
  });

  it("are remembered in the person's cache", () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-long-"));
    try {
      const file = longRunsFile({ XDG_CACHE_HOME: folder });
      assert.equal(file, join(folder, "towpath", "long-tests.json"));
      assert.deepEqual(readLongRuns(file), {});
      writeLongRun(file, "one", runs.old);
      writeLongRun(file, "other", runs.same);
      assert.deepEqual(readLongRuns(file), { one: runs.old, other: runs.same });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are identified by the names and contents of their dependencies", () => {
    const of = (texts: Record<string, string>): string =>
      hashOf(Object.keys(texts), (path) => texts[path] ?? "");
    assert.equal(of({ a: "1", b: "2" }), of({ b: "2", a: "1" }));
    assert.notEqual(of({ a: "1", b: "2" }), of({ a: "1", b: "3" }));
    assert.notEqual(of({ a: "1", b: "2" }), of({ a: "1", c: "2" }));
  });
});
