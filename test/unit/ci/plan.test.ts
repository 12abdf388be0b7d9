import assert from "node:assert/strict";
import fc from "fast-check";
import { parseApplication } from "../../../components/application/parse.ts";
import { checkDatabase, checkNames, ciPlan } from "../../../components/ci/plan.ts";
import { longestName, longestNamespace } from "../../../components/naming/namespace.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { notes } from "../application/notes.ts";
import { merged, messageOf } from "../assert-refused.ts";

const application = parseApplication(
  merged(notes, {
    images: { api: { dev: { target: "dev" } } },
    checks: {
      lint: { service: "api", command: ["ruff"], needs: [] },
      tests: { service: "api", command: ["pytest"], needs: ["lint", "postgres", "redis"] },
      page: { service: "web", command: ["true"] },
    },
  }),
);

describe("the plan of a run", () => {
  it("has all checks, all images and all backing services", () => {
    const plan = ciPlan(application);
    assert.deepEqual(plan.checks, ["lint", "tests", "page"]);
    assert.equal(plan.rehearses, true);
    assert.deepEqual(plan.releaseImages, ["api", "web"]);
    assert.deepEqual(plan.developmentImages, ["api"]);
    assert.deepEqual(plan.application, application);
  });

  it("rehearses nothing where a service migrates by itself", () => {
    const plan = ciPlan({ ...application, migrations: { service: "api", atStart: true } });
    assert.equal(plan.rehearses, false);
    assert.deepEqual(checkNames(application).at(-1), "migrations");
    assert.ok(
      !checkNames({ ...application, migrations: { service: "api", atStart: true } }).includes("migrations"),
    );
  });

  it("of one check has nothing that the check does not need", () => {
    const plan = ciPlan(application, "lint");
    assert.deepEqual([plan.checks, plan.rehearses], [["lint"], false]);
    assert.deepEqual([plan.releaseImages, plan.developmentImages], [[], ["api"]]);
    const { postgres, redis, buckets } = plan.application;
    assert.deepEqual([postgres, redis, buckets], [undefined, undefined, []]);
  });

  it("of one check has those that it waits for, and its backing services", () => {
    const plan = ciPlan(application, "tests");
    assert.deepEqual(plan.checks, ["lint", "tests"]);
    const { postgres, redis, buckets } = plan.application;
    assert.deepEqual([postgres, redis, buckets], [{ version: 15 }, { version: 7 }, []]);
  });

  it("of the rehearsal has what the migrations run with", () => {
    const plan = ciPlan(application, "migrations");
    assert.deepEqual([plan.checks, plan.rehearses, plan.releaseImages], [[], true, ["api"]]);
    assert.deepEqual(plan.application.buckets, ["files"]);
  });

  it("has no rehearsal when there are no migrations", () => {
    const without = parseApplication(merged(notes, { migrations: undefined }));
    assert.equal(ciPlan(without).rehearses, false);
    assert.deepEqual(checkNames(without), []);
  });

  it("is refused for an unknown check", () => {
    assert.equal(
      messageOf(() => ciPlan(application, "test")),
      '--only: the application has no such check, got "test"; did you mean "tests"',
    );
    assert.equal(
      messageOf(() => ciPlan(application, "coverage")),
      '--only: the application has no such check, got "coverage"; known are lint, tests, page, migrations',
    );
    assert.equal(
      messageOf(() => ciPlan(parseApplication(merged(notes, { migrations: undefined })), "tests")),
      '--only: the application has no such check, got "tests"; describe it in application.ts',
    );
  });
});

describe("the name of a check's database", () => {
  it("leaves room for those of its workers within PostgreSQL's 63 bytes", () => {
    const label = (longest: number): fc.Arbitrary<string> =>
      fc.stringMatching(new RegExp(`^[a-z][a-z0-9-]{0,${longest - 2}}[a-z0-9]$`));
    fc.assert(
      fc.property(label(longestNamespace), label(longestName), (namespace, check) => {
        const database = checkDatabase(namesOf(namespace).database, check);
        assert.match(database, /^[a-z0-9_]+$/);
        assert.ok(`${database}_gw99`.length <= 63, database);
      }),
    );
  });
});
