import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { selectedChecks } from "../../../components/application/checks.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

/** One check more in the good application. */
const check = (change: object, name = "tests") => ({
  checks: { [name]: { service: "api", command: ["pytest"], ...change } },
});

describe("a check", () => {
  it("needs the backing services and buckets of its service by default", () => {
    const needsOf = (change: object) =>
      parseApplication(merged(notes, check({ service: "web", ...change }))).checks.tests?.needs;
    assert.deepEqual(needsOf({}), []);
    assert.deepEqual(needsOf({ service: "api" }), ["postgres", "redis", "files"]);
    assert.deepEqual(needsOf({ service: "api", needs: [] }), []);
    assert.deepEqual(needsOf({ needs: ["redis"] }), ["redis"]);
  });

  it("has ten minutes and leaves no artifacts by default", () => {
    assert.deepEqual(parseApplication(merged(notes, check({ service: "web" }))).checks.tests, {
      service: "web",
      command: ["pytest"],
      needs: [],
      timeoutSeconds: 600,
      artifacts: [],
    });
  });

  it("also leaves its coverage report, once", () => {
    const coverage = { file: "/tmp/coverage.xml", threshold: 90 };
    const left = (artifacts: string[]) =>
      parseApplication(merged(notes, check({ artifacts, coverage }))).checks.tests?.artifacts;
    assert.deepEqual(left(["/tmp/junit.xml"]), ["/tmp/junit.xml", "/tmp/coverage.xml"]);
    assert.deepEqual(left(["/tmp/coverage.xml"]), ["/tmp/coverage.xml"]);
  });
});

describe("a check is refused", () => {
  it("when no service has the name that it refers to", () => {
    refused(
      'checks.tests.service: no such service, got "apy"; did you mean "api"',
      check({ service: "apy" }),
    );
    refused(
      'checks.tests.service: no such service, got "database"; known are api, web, worker',
      check({ service: "database" }),
    );
  });

  it("when it needs what nobody declares", () => {
    refused(
      'checks.tests.needs[0]: no such backing service, bucket or check, got "postgers"; did you mean "postgres"',
      check({ needs: ["postgers"] }),
    );
    refused(
      'checks.tests.needs[0]: no such backing service, bucket or check, got "kafka-broker"; declare it, or remove the need',
      check({ needs: ["kafka-broker"] }),
    );
    refused(
      'checks.tests.needs[0]: a check runs without the application\'s services, got "worker"; declare it, or remove the need',
      check({ needs: ["worker"] }),
    );
    refused(
      'checks.tests.needs[1]: needed twice, got "redis"; remove one of them',
      check({ needs: ["redis", "redis"] }),
    );
  });

  it("when it needs a backing service that is not declared", () => {
    const small = { name: "a", images: { a: { context: "." } }, services: { a: { image: "a" } } };
    refusalOf(parseApplication, { ...small, checks: { tests: { service: "a", command: ["true"] } } })(
      'checks.tests.needs[0]: no PostgreSQL is declared, got "postgres"; add postgres: { version: 15 } to the application',
      { checks: { tests: { needs: ["postgres"] } } },
    );
  });

  it("when checks wait for each other", () => {
    refused("checks.lint.needs: cycle lint -> tests -> lint; remove one of these needs", {
      checks: {
        lint: { service: "api", command: ["ruff"], needs: ["tests"] },
        tests: { service: "api", command: ["pytest"], needs: ["lint"] },
      },
    });
  });

  it("when its name is taken", () => {
    refused(
      'checks.migrations: Towpath has a check of this name itself, got "migrations"; choose another name',
      check({}, "migrations"),
    );
    refused(
      'checks.files: the name is taken by a backing service or bucket, got "files"; choose another name',
      check({}, "files"),
    );
  });

  it("when a field is malformed", () => {
    refused(
      'checks.Tests: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 20 characters, got "Tests"; for example "api-tests"',
      check({}, "Tests"),
    );
    for (const timeoutSeconds of [0, 3601, 1.5, "60"]) {
      refused(
        `checks.tests.timeoutSeconds: expected a number of seconds from 1 to 3600, got ${JSON.stringify(timeoutSeconds)}; take 600 if in doubt`,
        check({ timeoutSeconds }),
      );
    }
    for (const path of ["junit.xml", "/", "/tmp/../etc/shadow", "/tmp/"]) {
      refused(
        `checks.tests.artifacts[0]: expected an absolute path of a file or folder in the container, got "${path}"; for example "/tmp/reports/junit.xml"`,
        check({ artifacts: [path] }),
      );
    }
    refused(
      'checks.tests.artifacts[1]: another artifact has the same name, got "/b/junit.xml"; give each a name of its own',
      check({ artifacts: ["/a/junit.xml", "/b/junit.xml"] }),
    );
    refused(
      "checks.tests.coverage.threshold: expected a percentage from 0 to 100, got 101; for example 85",
      check({ coverage: { file: "/tmp/coverage.xml", threshold: 101 } }),
    );
    refused(
      'checks.tests.command: expected a command with one item a word, got "pytest"; for example ["alembic", "upgrade", "head"]',
      check({ command: "pytest" }),
    );
  });
});

describe("the checks of a run", () => {
  const { checks } = parseApplication(
    merged(notes, {
      checks: {
        tests: { service: "api", command: ["pytest"], needs: ["lint"] },
        lint: { service: "api", command: ["ruff"], needs: [] },
        page: { service: "web", command: ["true"] },
      },
    }),
  );

  it("are all of them, each after those that it waits for", () => {
    assert.deepEqual(selectedChecks(checks), ["lint", "tests", "page"]);
  });

  it("are the named one and those that it waits for", () => {
    assert.deepEqual(selectedChecks(checks, "tests"), ["lint", "tests"]);
    assert.deepEqual(selectedChecks(checks, "page"), ["page"]);
  });
});
