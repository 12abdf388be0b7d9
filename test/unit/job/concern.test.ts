/** What people are told of jobs with a schedule. */
import assert from "node:assert/strict";
import { jobConcerns } from "../../../components/job/concern.ts";
import { askJobs } from "../../../components/job/question.ts";
import type { JobState, Run } from "../../../components/job/program/scheduler.mjs";

const now = new Date("2026-01-05T12:00:00Z");
const place = { stack: "production", host: "app1", container: "notes-production-scheduled-jobs", now };
const good: Run = {
  ...{ due: "2026-01-05T03:00:00.000Z", at: "2026-01-05T03:00:01.000Z", result: "succeeded" },
  ...{ seconds: 2, exitCode: 0, log: [] },
};
const more = "npx towpath job list --stack production shows its last runs";

function concernsOf(change: Partial<JobState>): string[] {
  const state = { job: "cleanup", schedule: "0 3 * * *", next: "2026-01-06T03:00:00.000Z", runs: [good] };
  return jobConcerns([{ ...state, ...change }], place);
}

describe("the concern about jobs", () => {
  it("is none while the last run ended well, or none was due yet", () => {
    const before: Run = { ...good, due: "2026-01-04T03:00:00.000Z", result: "failed", problem: "no" };
    assert.deepEqual(concernsOf({ runs: [good, before] }), []);
    assert.deepEqual(concernsOf({ runs: [] }), []);
    assert.deepEqual(concernsOf({ next: "2026-01-05T11:30:00.000Z" }), []);
  });

  it("is a last run that failed or was skipped, and one that did not come", () => {
    assert.deepEqual(
      concernsOf({
        runs: [{ ...good, result: "failed", problem: "ended with exit code 3", log: ["secret"] }],
      }),
      [`jobs.cleanup: the run of 2026-01-05 03:00 UTC failed, got "ended with exit code 3"; ${more}`],
    );
    const problem = "the run of 2026-01-05 02:00 UTC still went on";
    assert.deepEqual(concernsOf({ runs: [{ ...good, result: "skipped", problem }] }), [
      `jobs.cleanup: the run of 2026-01-05 03:00 UTC was skipped, got "${problem}"; give it fewer times, or make it faster: ${more}`,
    ]);
    const next = "2026-01-05T10:00:00.000Z";
    assert.deepEqual(concernsOf({ next }), [
      `jobs.cleanup: it has to run at 2026-01-05 10:00 UTC, got no run; ${more}`,
    ]);
    assert.deepEqual(concernsOf({ next, running: good.due }), []);
  });

  it("is a program that does not answer", async () => {
    assert.equal(await askJobs({ run: () => Promise.resolve(undefined) }, place.container), undefined);
    assert.deepEqual(jobConcerns(undefined, place), [
      "jobs: nothing answers on app1 that runs them, so none runs by its schedule; the next up starts it, and where it was there, docker logs notes-production-scheduled-jobs says why",
    ]);
    const answer = JSON.stringify({ jobs: [{ job: "cleanup", schedule: "0 3 * * *", runs: [good] }] });
    const asked = await askJobs({ run: () => Promise.resolve(answer) }, place.container);
    assert.deepEqual(asked?.[0]?.runs, [good]);
  });
});
