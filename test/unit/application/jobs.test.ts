import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { releaseJobs, scheduledJobs } from "../../../components/application/jobs.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

/** One job in the good application. */
const job = (change: object, name = "seed") => ({
  jobs: { [name]: { service: "api", command: ["python", "-m", "notes.seed"], ...change } },
});

describe("a job", () => {
  it("has ten minutes by default", () => {
    assert.deepEqual(parseApplication(merged(notes, job({}))).jobs, {
      seed: { service: "api", command: ["python", "-m", "notes.seed"], timeoutSeconds: 600 },
    });
    assert.deepEqual(parseApplication(notes).jobs, {});
  });

  it("is refused when no service has the name that it refers to", () => {
    refused('jobs.seed.service: no such service, got "apy"; did you mean "api"', job({ service: "apy" }));
  });

  it("is refused when it has no command, or an impossible time limit", () => {
    refused(
      'jobs.seed.command: expected a command with one item a word, got []; for example ["alembic", "upgrade", "head"]',
      job({ command: [] }),
    );
    refused(
      "jobs.seed.timeoutSeconds: expected a number of seconds from 1 to 86400, got 0; take 600 if in doubt",
      job({ timeoutSeconds: 0 }),
    );
  });

  const nightly = { schedule: "0 3 * * *", timeoutSeconds: 60 };

  it("runs by its schedule where its service runs and it is for", () => {
    const { services, jobs } = parseApplication(
      merged(notes, { jobs: { ...job(nightly).jobs, ...job({}, "other").jobs } }),
    );
    assert.deepEqual(scheduledJobs({ jobs, services }, "staging"), {
      seed: { service: "api", command: ["python", "-m", "notes.seed"], ...nightly },
    });
    const { api: _, ...without } = services;
    assert.deepEqual(scheduledJobs({ jobs, services: without }, "staging"), {});
    const { jobs: only } = parseApplication(merged(notes, job({ ...nightly, only: ["production"] })));
    assert.deepEqual(Object.keys(scheduledJobs({ jobs: only, services }, "staging")), []);
    assert.deepEqual(Object.keys(scheduledJobs({ jobs: only, services }, "production")), ["seed"]);
  });

  it("runs with releases where its service runs and it is for", () => {
    const warm = { ...job({}).jobs.seed, runs: "before-release" };
    const { services, jobs } = parseApplication(
      merged(notes, { jobs: { warm, purge: { ...warm, runs: "after-release", only: ["staging"] } } }),
    );
    const at = (environment: "local" | "staging", given = services): string[][] =>
      (["before-release", "after-release"] as const).map((time) =>
        Object.keys(releaseJobs({ jobs, services: given }, environment, time)),
      );
    assert.deepEqual(at("staging"), [["warm"], ["purge"]]);
    assert.deepEqual(at("local"), [["warm"], []]);
    const { api: _, ...without } = services;
    assert.deepEqual(at("staging", without), [[], []]);
    assert.deepEqual(scheduledJobs({ jobs, services }, "staging"), {});
  });

  it("is refused with a time of a release that there is not, and with a schedule besides", () => {
    refused(
      'jobs.seed.runs: expected "before-release" or "after-release", got "post-upgrade"; take before-release for what has to be done before anything new starts, or leave it out',
      job({ runs: "post-upgrade" }),
    );
    refused(
      'jobs.seed.runs: a job runs by a schedule or with releases, got "after-release" beside the schedule "0 3 * * *"; keep one of them, and describe another job for the other',
      job({ ...nightly, runs: "after-release" }),
    );
  });

  it("is refused with a schedule and no time limit", () => {
    refused(
      "jobs.seed.timeoutSeconds: expected the seconds after which a job with a schedule is stopped, got nothing; nobody is there to see that it hangs, so write for example 600",
      job({ schedule: "0 3 * * *" }),
    );
  });

  it("is refused with a schedule that is none, or never comes, and for environments that there are not", () => {
    refused(
      'jobs.seed.schedule: expected five cron fields, got "@daily"; for example "0 3 * * *" for 3:00 UTC each night',
      job({ ...nightly, schedule: "@daily" }),
    );
    refused(
      'jobs.seed.schedule: expected times that ever come, got "0 0 30 2 *"; none of its months has such a day; take "0 3 * * *" if in doubt',
      job({ ...nightly, schedule: "0 0 30 2 *" }),
    );
    refused(
      'jobs.seed.only[0]: expected environments out of local, preview, staging, production, got "prod"; for example ["local"], or leave it out for all',
      job({ only: ["prod"] }),
    );
  });

  it("is refused under a name that containers cannot have", () => {
    refused(
      'jobs.Seed: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 20 characters, got "Seed"; for example "seed"',
      job({}, "Seed"),
    );
  });
});
