/** What people are told of backups that nobody has restored. */
import assert from "node:assert/strict";
import { drillConcern, unprovenProblem, unprovenSince } from "../../../components/backup/drill-concern.ts";
import type { DrillState } from "../../../components/backup/program/drill.mjs";
import type { Listed, State } from "../../../components/backup/program/scheduler.mjs";

const now = new Date("2026-01-05T12:00:00Z");
const again = "npx towpath backups --drill --stack production";

function dump(taken: string, counted = true): Listed {
  const facts = { why: "schedule" as const, due: "", sha256: "sum", bytes: 10, entries: 3 };
  const content = { tables: 2, rows: 15 };
  return { file: "a.dump", bytes: 10, taken, good: true, facts: { ...facts, ...(counted && { content }) } };
}

const proven = {
  ...{ at: "2026-01-05T03:00:30.000Z", taken: "2026-01-05T03:00:00.000Z" },
  ...{ file: "2026-01-05T03-00-00Z-scheduled.dump", seconds: 4, tables: 2, rows: 15 },
};
const failure = {
  ...{ at: "2026-01-05T11:30:00.000Z", file: "a.dump", tries: 1 },
  reason: "restoring a.dump filled the host's disk: free some",
};

function stateOf(drill: Partial<DrillState> | undefined, dumps = [dump("2026-01-05T03:00:00.000Z")]): State {
  return {
    ...{ schedule: "0 3 * * *", retentionDays: 30, next: undefined, running: false, dumps },
    ...(drill !== undefined && { drill: { since: "2025-12-01T00:00:00.000Z", running: false, ...drill } }),
  };
}
const concernOf = (...given: Parameters<typeof stateOf>): string | undefined =>
  drillConcern(stateOf(...given), "production", now);

describe("the concern about backups that are not proven", () => {
  it("is none while the last restore passed, also when one before it failed", () => {
    assert.equal(concernOf({ lastProven: proven }), undefined);
    const before = { ...failure, at: "2026-01-05T02:00:00.000Z" };
    assert.equal(concernOf({ lastProven: proven, lastFailure: before }), undefined);
  });

  it("is the last failure, with its reason and what was proven last", () => {
    assert.equal(
      concernOf({ lastProven: proven, lastFailure: failure }),
      `backups: the last restore that was to prove them failed at 2026-01-05 11:30 UTC, got "restoring a.dump filled the host's disk: free some"; the last proven one is 2026-01-05T03-00-00Z-scheduled.dump, restored 8 h ago in 4 s, with its 15 rows in 2 tables: when it is mended, ${again} tries again`,
    );
    assert.equal(
      concernOf({ lastFailure: { ...failure, tries: 3 } }),
      `backups: the last restore that was to prove them failed, as 2 before it, at 2026-01-05 11:30 UTC, got "restoring a.dump filled the host's disk: free some"; none was ever proven: when it is mended, ${again} tries again`,
    );
    assert.equal(concernOf({ lastFailure: failure, running: true }), undefined);
  });

  it("is that none ever passed, once there is one for a day that could have been", () => {
    const old = [dump("2026-01-05T03:00:00.000Z"), dump("2026-01-02T03:00:00.000Z")];
    assert.equal(
      concernOf({}, old),
      `backups: none was ever restored to prove them, and there are some for 3 days: ${again} does so now`,
    );
    assert.equal(concernOf({}), undefined);
    assert.equal(concernOf({}, []), undefined);
    assert.equal(concernOf({}, [dump("2026-01-02T03:00:00.000Z", false)]), undefined);
    // Since an update that proves them, not since they are there.
    assert.equal(concernOf({ since: "2026-01-05T00:00:00.000Z" }, old), undefined);
  });

  it("is none that another line tells: nothing answers, or only an earlier version", () => {
    assert.equal(drillConcern(undefined, "production", now), undefined);
    assert.equal(concernOf(undefined, [dump("2026-01-02T03:00:00.000Z")]), undefined);
    assert.equal(unprovenSince(stateOf(undefined)), undefined);
  });
});

describe("a release whose backups are not proven", () => {
  const problemOf = (state: State | undefined, within?: number): string | undefined =>
    unprovenProblem(state, { stack: "production", now, ...(within !== undefined && { within }) });
  const fix = `prove the newest one now with ${again}, or if the release cannot wait, allow more days`;

  it("is refused once the last restore is older than the setting says", () => {
    const old = { ...proven, at: "2025-12-28T11:00:00.000Z" };
    assert.equal(
      problemOf(stateOf({ lastProven: old })),
      `towpath:backup.restoreProvenWithin: expected a backup that was restored to prove it within 8 days, got ${proven.file}, 8 days ago; ${fix}`,
    );
    assert.equal(problemOf(stateOf({ lastProven: old }), 9), undefined);
    assert.equal(problemOf(stateOf({ lastProven: proven, lastFailure: failure })), undefined);
  });

  it("is refused where none was ever proven, once one could have been for so long", () => {
    const dumps = [dump("2026-01-05T03:00:00.000Z"), dump("2025-12-20T03:00:00.000Z")];
    assert.equal(
      problemOf(stateOf({ lastFailure: failure }, dumps)),
      `towpath:backup.restoreProvenWithin: expected a backup that was restored to prove it within 8 days, got none for 16 days; ${fix}`,
    );
    assert.equal(problemOf(stateOf({ since: "2026-01-01T00:00:00.000Z" }, dumps)), undefined);
  });

  it("is not refused for what no dump can be, or the host does not tell", () => {
    assert.equal(problemOf(undefined), undefined);
    assert.equal(problemOf(stateOf(undefined)), undefined);
    assert.equal(problemOf(stateOf({}, [])), undefined);
    assert.equal(problemOf(stateOf({})), undefined);
  });
});
