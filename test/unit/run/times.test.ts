import assert from "node:assert/strict";
import type { GroupReport } from "../../run/report.ts";
import { countsIn, failuresInWords, inWords, leftInWords, timesOf } from "../../run/times.ts";

describe("the times of a run", () => {
  const group = { name: "local", kind: "e2e", files: [], minutes: 20, alone: false } as const;
  const report: GroupReport = {
    counts: { passed: 2, failed: 1, skipped: 0 },
    suites: [
      { file: "test/e2e/local/docs.test.ts", seconds: 2.34 },
      { file: "test/e2e/local/release.test.ts", seconds: 61 },
      { file: "test/e2e/local/input.test.ts", seconds: 0.5 },
      { file: "test/e2e/local/state.test.ts", seconds: 0.25 },
    ],
    fixtures: [{ file: "test/e2e/local/release.test.ts", name: '"before all" hook', seconds: 40.26 }],
    failures: [
      {
        file: "test/e2e/local/state.test.ts",
        title: "the state is kept",
        error: `Error: lost\n${"    creating\n".repeat(98)}error: it is full`,
      },
    ],
    leftToOthers: ["gives back what was moved"],
    waits: [],
    ended: true,
  };
  const times = timesOf(
    [
      { group, seconds: 66, report },
      { group: { ...group, name: "hosts" }, seconds: 3, report, problem: "hosts: it hung" },
    ],
    7,
  );

  it("add up the counts, with one failure more for a problem other than tests", () => {
    assert.equal(countsIn(times.counts), "4 passed, 3 failed, 0 skipped");
    assert.deepEqual(times.groups, [
      { name: "local", seconds: 66 },
      { name: "hosts", seconds: 3 },
    ]);
    assert.equal(times.seed, 7);
  });

  it("are shown in tables, the longest first, with short ones added up in one line", () => {
    assert.deepEqual(inWords(report).split("\n"), [
      "",
      "seconds  suite, 64.1 s in all",
      "61.0     test/e2e/local/release.test.ts",
      "2.3      test/e2e/local/docs.test.ts",
      "0.8      2 more, each under 1 s",
      "",
      "seconds  fixture, 40.3 s in all",
      '40.3     test/e2e/local/release.test.ts  "before all" hook',
    ]);
  });

  it("end with the failures, and with the first and the last lines of each error", () => {
    const lines = failuresInWords([{ group, seconds: 66, report }]).split("\n");
    assert.deepEqual(lines.slice(0, 3), [
      "failed: test/e2e/local/state.test.ts: the state is kept",
      "  Error: lost",
      "      creating",
    ]);
    assert.equal(lines[6], "  … 35 more lines");
    assert.deepEqual(lines.slice(-2), ["  error: it is full", ""]);
    assert.equal(lines.length, 68);
  });

  it("say which sampled cases did not run", () => {
    assert.equal(
      leftInWords(timesOf([{ group, seconds: 66, report }], 7)),
      "sampled cases that other seeds have, and npm run test:long (1):\n  gives back what was moved\n",
    );
    assert.equal(leftInWords({ leftToOthers: [] }), "");
  });

  it("are empty when nothing ran", () => {
    assert.equal(inWords({ suites: [], fixtures: [] }), "");
  });
});
