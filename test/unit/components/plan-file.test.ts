/** The file with the facts of a plan, and what it says of secrets. */
import { outcome, valueOf } from "./engine.ts";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  planFactsOf,
  serviceChanges,
  variableChanges,
  type PlanFacts,
} from "../../../components/environment/plan-facts.ts";
import { PlanFile } from "../../../components/environment/plan-file.ts";
import { withVariables } from "../../../components/application/variables.ts";
import { descriptionOf } from "../../../components/plan/release-description.ts";
import type { ReleasedSettings } from "../../../components/settings/released-settings.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { description, record } from "../plan/records.ts";
import { production } from "../settings/good.ts";
import { planOf } from "./released.ts";

const application = parseApplication(notes);
const current = record("a", { secretVersions: { JWT_SECRET: "1", OLD: "2", API_KEY: "3" } });

const now = new Date("2026-01-02T03:04:05Z");
const basis = { program: "0123456789ab", release: "b".repeat(12), settings: "0".repeat(12) };
const noMigration = { revisions: [], findings: [], statements: [], destructive: [], warnings: [] };

describe("the file of a plan's facts", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-plan-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Returns what a program wrote into the file when it ended; undefined where it has none. */
  async function written(program: (file: PlanFile) => void, preview = true): Promise<PlanFacts | undefined> {
    const path = join(folder, "plan.json");
    const ends: (() => void)[] = [];
    await outcome(
      async () => {
        const file = PlanFile.open({ TOWPATH_PLAN_FILE: path }, (write) => ends.push(write));
        if (file !== undefined) program(file);
        // A program ends after what it waits for.
        await valueOf(pulumi.all([pulumi.secret("hunter2")]));
      },
      { preview, stack: "production" },
    );
    if (ends.length === 0) return undefined;
    for (const end of ends) end();
    return JSON.parse(readFileSync(path, "utf8")) as PlanFacts;
  }

  function plan(change: object = {}): Omit<PlanFacts, "secrets" | "refusals"> {
    const settings = parseSettings(production) as ReleasedSettings;
    return planFactsOf({
      ...{ application, settings, plan: planOf("b", current), now, basis },
      migration: noMigration,
      ...change,
    });
  }

  it("is not written by a run that may make something", async () => {
    assert.equal(await written(() => assert.fail("opened"), false), undefined);
  });

  it("says which secrets are new, change, go or are missing, and no value of one", async () => {
    const facts = await written((file) => {
      file.plan(
        plan({
          migration: { ...noMigration, revisions: ["tells hunter2"] },
        }),
      );
      const { secretValues } = file.withoutGaps(application, {
        settings: parseSettings({ ...production, secrets: { JWT_SECRET: { source: "configuration" } } }),
        secretValues: {},
      });
      assert.deepEqual(Object.keys(secretValues), ["JWT_SECRET"]);
      file.secrets(
        { NEW: pulumi.secret("hunter2") },
        { JWT_SECRET: pulumi.output("9"), API_KEY: pulumi.output("3"), NEW: pulumi.output("4") },
        { current },
      );
      file.refuse("towpath:migration.acknowledge: not yet");
    });
    assert.deepEqual(facts?.secrets, [
      { name: "JWT_SECRET", change: "missing" },
      { name: "OLD", change: "removed" },
      { name: "NEW", change: "new" },
    ]);
    assert.deepEqual(facts.refusals, ["towpath:migration.acknowledge: not yet"]);
    assert.deepEqual(facts.migration.revisions, ["tells ***"]);
  });

  it("tells of a value that changes, and of one that nobody knows before it is made", async () => {
    const facts = await written((file) => {
      file.plan(plan());
      const unknown = pulumi.output(new Promise<string>(() => undefined));
      file.secrets(
        {},
        { JWT_SECRET: pulumi.output("9"), API_KEY: unknown, OLD: pulumi.output("2") },
        { current },
      );
    });
    assert.deepEqual(facts?.secrets, [
      { name: "JWT_SECRET", change: "changed" },
      { name: "API_KEY", change: "changed" },
    ]);
  });
});

describe("the facts of a plan", () => {
  const settings = parseSettings(production) as ReleasedSettings;
  const planned = {
    ...{ application, settings, plan: planOf("b", current), now, basis },
    migration: noMigration,
  };

  it("tell the variables that the settings change", () => {
    const before = { LOG_LEVEL: "info", web: { MODE: "old" } };
    const after = withVariables(application, { LOG_LEVEL: "info", web: { MODE: "new" } });
    const plan = planOf("b", { ...current, description: descriptionOf(application) });
    const changes = planFactsOf({ ...planned, plan, application: after, variables: before }).variables;
    assert.deepEqual(changes, [{ service: "web", name: "MODE", before: "old", after: "new" }]);
    const first = planFactsOf({ ...planned, plan, application: after }).variables;
    assert.ok(first.some(({ name, before: none }) => name === "LOG_LEVEL" && none === undefined));
  });

  it("are the jobs that run for a new release, those after it once it is for all", () => {
    const job = { service: "api", command: ["warm"] };
    const jobs = { purge: { ...job, runs: "after-release" }, warm: { ...job, runs: "before-release" } };
    const { canary: _, ...settings } = planned.settings;
    const given = { ...planned, settings, application: parseApplication({ ...notes, jobs }) };
    const before = { name: "warm", runs: "before-release" };
    assert.deepEqual(planFactsOf(given).jobs, [before, { name: "purge", runs: "after-release" }]);
    const canary = { ...settings, canary: { weight: 10 } };
    assert.deepEqual(planFactsOf({ ...given, settings: canary }).jobs, [before]);
    for (const plan of [
      { ...planned.plan, changes: false },
      { ...planned.plan, rollback: true },
    ])
      assert.equal(planFactsOf({ ...given, plan }).jobs, undefined);
    assert.equal(planFactsOf(planned).jobs, undefined);
  });

  it("are what is released, and how it differs from what runs", () => {
    const facts = planFactsOf({ ...planned, memoryFree: 1024 });
    assert.equal(facts.current?.id, current.id);
    assert.deepEqual(
      facts.images.map(({ name, before, after }) => [name, before?.slice(0, 9), after.slice(0, 9)]),
      [
        ["api", "sha256:aa", "sha256:bb"],
        ["web", "sha256:aa", "sha256:bb"],
      ],
    );
    assert.deepEqual([facts.variables, facts.services, facts.memory.free], [[], [], 1024]);
    assert.equal(planFactsOf({ ...planned, plan: planOf("b") }).current, undefined);
  });

  it("tell of a freeze while it lasts", () => {
    const freeze = { until: "2026-02-01", reason: "the sale" };
    const frozen = { ...settings, freeze } as ReleasedSettings;
    assert.deepEqual(planFactsOf({ ...planned, settings: frozen }).freeze, freeze);
    const later = new Date("2026-02-02T00:00:00Z");
    assert.equal(planFactsOf({ ...planned, settings: frozen, now: later }).freeze, undefined);
  });

  it("have the migration's statements with what is found of them", () => {
    const statement = { statement: "CREATE TABLE words ()", locks: [], findings: [] };
    const migration = { ...noMigration, revisions: ["0002"], statements: [statement], unknown: "why" };
    assert.deepEqual(planFactsOf({ ...planned, migration }).migration, {
      revisions: ["0002"],
      facts: { statements: [statement] },
      unknown: "why",
    });
    const findings = [{ statement: "the whole SQL", reason: "is not SQL that can be judged" }];
    assert.deepEqual(planFactsOf({ ...planned, migration: { ...noMigration, findings } }).migration, {
      revisions: [],
      facts: { statements: [] },
      unknown: "is not SQL that can be judged",
    });
  });

  it("name each service that comes or goes", () => {
    const { api = assert.fail(), ...others } = description.services;
    const renamed = { ...description, services: { ...others, server: api } };
    assert.deepEqual(serviceChanges(description, renamed), [
      { name: "server", change: "new" },
      { name: "api", change: "removed" },
    ]);
    assert.deepEqual(serviceChanges(description, description), []);
  });

  it("name each variable that comes, goes or changes", () => {
    const { api = assert.fail() } = description.services;
    const withVariables = (environment: Record<string, string>) => ({
      ...description,
      services: { ...description.services, api: { ...api, environment } },
    });
    assert.deepEqual(
      variableChanges(withVariables({ A: "1", B: "2", C: "3" }), withVariables({ B: "2", C: "4", D: "5" })),
      [
        { service: "api", name: "A", before: "1" },
        { service: "api", name: "C", before: "3", after: "4" },
        { service: "api", name: "D", after: "5" },
      ],
    );
  });
});
