import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
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

  it("is refused under a name that containers cannot have", () => {
    refused(
      'jobs.Seed: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 20 characters, got "Seed"; for example "seed"',
      job({}, "Seed"),
    );
  });
});
