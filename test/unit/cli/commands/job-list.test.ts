/** The jobs of a stack, as they are listed. That their program answers is proved in test/e2e. */
import assert from "node:assert/strict";
import { jobListInWords, type JobList } from "../../../../cli/commands/job-list.ts";
import type { ReleaseJobRun } from "../../../../cli/stack/release-jobs.ts";

const list: JobList = {
  ...{ stack: "production", host: "app1" },
  jobs: [
    {
      ...{ job: "cleanup", schedule: "0 3 * * *", next: "2026-01-06T03:00:00.000Z" },
      runs: [
        {
          ...{ due: "2026-01-05T03:00:00.000Z", at: "2026-01-05T03:00:01.000Z", result: "failed" },
          ...{ seconds: 1.5, exitCode: 3, problem: "ended with exit code 3", log: ["one", "t\u001b[1mwo"] },
        },
        {
          ...{ due: "2026-01-04T03:00:00.000Z", at: "2026-01-04T03:00:01.000Z", result: "skipped" },
          ...{ problem: "the run of 2026-01-03 03:00 UTC still went on", log: [] },
        },
      ],
    },
    { job: "report", schedule: "* * * * *", running: "2026-01-05T12:00:00.000Z", runs: [] },
  ],
  releaseJobs: [],
  concerns: ["jobs.cleanup: it failed"],
};
const ran: ReleaseJobRun = {
  ...{ job: "warm", runs: "before-release", release: "0123456789ab" },
  ...{ at: "2026-01-05T03:00:00.000Z", seconds: 1.5, log: "  | t\u001b[1mwo" },
};

describe("towpath job list", () => {
  it("shows each job with its last run and its next, and what is wrong", () => {
    assert.equal(
      jobListInWords(list, undefined),
      [
        "production: jobs by their schedules, in UTC, on app1",
        "jobs.cleanup: it failed",
        "job      schedule   last run              result  took   next run",
        "cleanup  0 3 * * *  2026-01-05 03:00 UTC  failed  1.5 s  2026-01-06 03:00 UTC",
        "report   * * * * *  none yet              -       -      runs now",
      ].join("\n"),
    );
  });

  it("shows the jobs of releases, also where none has a schedule", () => {
    const { host: _, ...without } = list;
    const kept: ReleaseJobRun = { job: "purge", runs: "after-release", release: "0123456789ab" };
    assert.equal(
      jobListInWords({ ...without, jobs: [], releaseJobs: [ran, kept] }, undefined),
      [
        "jobs.cleanup: it failed",
        "production: jobs of its releases, in UTC",
        "job    runs            release       last run              took",
        "warm   before-release  0123456789ab  2026-01-05 03:00 UTC  1.5 s",
        "purge  after-release   0123456789ab  -                     -",
      ].join("\n"),
    );
    assert.equal(
      jobListInWords({ ...list, jobs: [], concerns: [], releaseJobs: [ran] }, "warm"),
      [
        "production: jobs by their schedules, in UTC, on app1",
        "production: jobs of its releases, in UTC",
        "before-release 0123456789ab, 2026-01-05 03:00 UTC: succeeded, 1.5 s",
        "  | two",
      ].join("\n"),
    );
  });

  it("shows what the last runs of one printed, without what a terminal would obey", () => {
    assert.equal(
      jobListInWords({ ...list, jobs: list.jobs.slice(0, 1), concerns: [] }, "cleanup"),
      [
        "production: jobs by their schedules, in UTC, on app1",
        '"0 3 * * *", next: 2026-01-06 03:00 UTC',
        "2026-01-05 03:00 UTC: failed, ended with exit code 3, 1.5 s",
        "  | one",
        "  | two",
        "2026-01-04 03:00 UTC: skipped, the run of 2026-01-03 03:00 UTC still went on",
      ].join("\n"),
    );
  });
});
