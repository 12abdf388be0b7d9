/** What is said of programs that work by a schedule. That real ones answer so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import type { State } from "../../../../components/backup/program/scheduler.mjs";
import type { JobState } from "../../../../components/job/program/scheduler.mjs";
import type { CopyStatus, EnvironmentSight } from "../../../../cli/on-hosts/environment.ts";
import { backupProblems, jobsOf } from "../../../../cli/on-hosts/schedules.ts";

const now = new Date("2026-01-12T12:00:00Z");

/** An environment with a program of that part on `app1`, and what it answers. */
function environmentWith(
  part: "backups" | "scheduled-jobs",
  { backups, jobs }: { backups?: State; jobs?: readonly JobState[] },
  state = "running",
): [EnvironmentSight, CopyStatus[]] {
  const labels = [{ label: "towpath.part", value: part }];
  const outputs = { name: `notes-${part}`, labels };
  const resources = [{ urn: "u", type: "docker:index/container:Container", id: "1", outputs }];
  const byNamespace = <T>(value: T | undefined): Map<string, T> =>
    new Map(value === undefined ? [] : [["notes", value]]);
  const sight = {
    ...{ containers: [], sites: new Map(), dumps: new Map() },
    ...{ jobs: byNamespace(jobs), backups: byNamespace(backups) },
  };
  const deployment = { resources, pending_operations: [] };
  const copy: CopyStatus = {
    ...{ part, name: `notes-${part}`, host: "app1", state, health: null, restarts: 0, since: null },
    ...{ release: null, known: true },
  };
  return [{ stack: "production", namespace: "notes", deployment, hosts: { app1: sight } }, [copy]];
}

describe("backups by a schedule", () => {
  const dump = { file: "a.dump", bytes: 1, taken: "2026-01-12T03:00:00.000Z", good: true };
  const failure = { at: "2026-01-12T04:00:00.000Z", reason: "no space left on device", tries: 1 };
  const well: State = {
    ...{ schedule: "0 3 * * *", retentionDays: 30, next: "2026-01-13T03:00:00.000Z", running: false },
    ...{ lastSuccess: dump.taken, newestGood: dump, dumps: [dump] },
  };
  const problems = (backups: State | undefined, within?: number, state?: string): string[] =>
    backupProblems(...environmentWith("backups", backups === undefined ? {} : { backups }, state), {
      now,
      within,
    });

  it("are no problem while the last one is there", () => {
    assert.deepEqual(problems(well), []);
  });

  it("are a problem when the last one failed, or was due and did not come", () => {
    const shown =
      "the newest good one is 9 h old, from 2026-01-12 03:00 UTC: npx towpath backups --stack production shows them";
    assert.deepEqual(problems({ ...well, lastFailure: failure }), [
      `backups: the last one failed at 2026-01-12 04:00 UTC, got "no space left on device"; ${shown}`,
    ]);
    assert.deepEqual(problems({ ...well, next: "2026-01-12T10:00:00.000Z" }), [
      `backups: none was taken at 2026-01-12 10:00 UTC; ${shown}`,
    ]);
  });

  it("are a problem when a restore failed, or the last proven one is older than a release allows", () => {
    const proven = {
      ...{ at: "2026-01-08T03:05:00.000Z", taken: "2026-01-08T03:00:00.000Z", file: "b.dump" },
      ...{ seconds: 4, rows: 120, tables: 3 },
    };
    const drill = { since: "2026-01-01T00:00:00.000Z", running: false, lastProven: proven };
    assert.deepEqual(problems({ ...well, drill }), []);
    assert.match(
      problems({ ...well, drill: { ...drill, lastFailure: failure } }).join("\n"),
      /^backups: the last restore that was to prove them failed at 2026-01-12 04:00 UTC, got "no space left on device"; [^\n]+$/,
    );
    assert.match(
      problems({ ...well, drill }, 3).join("\n"),
      /^towpath:backup\.restoreProvenWithin: expected a backup that was restored to prove it within 3 days, got b\.dump, 4 days ago; [^\n]+$/,
    );
  });

  it("are a problem when nothing answers that takes them, unless that it does not run is one", () => {
    assert.match(problems(undefined).join("\n"), /^backups: nothing answers on app1 that takes them/);
    assert.deepEqual(problems(undefined, undefined, "exited"), []);
  });
});

describe("jobs by their schedules", () => {
  it("are told with their last run and next time, and nothing that they printed", () => {
    const due = "2026-01-12T03:00:00Z";
    const run = {
      due,
      at: due,
      result: "failed" as const,
      problem: "it ended with 1",
      log: ["token: secret"],
    };
    const jobs = [
      { job: "cleanup", schedule: "0 3 * * *", next: "2026-01-13T03:00:00Z", runs: [run] },
      { job: "never", schedule: "0 0 30 2 *", runs: [] },
    ];
    assert.deepEqual(jobsOf(...environmentWith("scheduled-jobs", { jobs })), [
      {
        ...{ job: "cleanup", schedule: "0 3 * * *", next: "2026-01-13T03:00:00Z" },
        last: { due, result: "failed" },
      },
      { job: "never", schedule: "0 0 30 2 *", next: null, last: null },
    ]);
    assert.deepEqual(jobsOf(...environmentWith("scheduled-jobs", {})), []);
  });
});
