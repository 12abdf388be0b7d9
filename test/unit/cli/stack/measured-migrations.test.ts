/** The place where migrations are tried, and what the trial is told. That they are tried is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { measuredMigrations, nowhere } from "../../../../cli/stack/measured-migrations.ts";
import { settingsOf } from "../../../../cli/stack/settings.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import {
  triedAddress,
  urlAt,
  type MeasureMigrationsInput,
} from "../../../../components/contract/measure-migrations.ts";
import type { ReleasedSettings } from "../../../../components/settings/released-settings.ts";
import { record } from "../../plan/records.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("migrations are tried", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.start(machine);
    ending(`console.log(JSON.stringify({ statements: [], on: { kind: "schema" } }));`);
  });
  afterEach(async () => {
    await host.stop();
    machine.remove();
  });

  /** Plays a program that notes its input and then does this. */
  function ending(end: string): void {
    machine.write(
      "steps/run.mjs",
      `import { writeFileSync } from "node:fs";
       import { text } from "node:stream/consumers";
       const input = JSON.parse(await text(process.stdin));
       writeFileSync("step.json", JSON.stringify({ program: process.argv[2], host: process.env.TOWPATH_HOST, input }));
       ${end}`,
    );
  }

  function trying(sql?: string): ReturnType<typeof measuredMigrations> {
    const { project } = machine;
    const measurable = {
      application: parseApplication(project.application),
      settings: settingsOf(project, "staging") as ReleasedSettings,
      ...(sql !== undefined && { sql }),
      images: { api: "ghcr.io/octocat/notes/api@sha256:new", web: "ghcr.io/octocat/notes/web@sha256:new" },
      schema: "CREATE TABLE notes ();",
      current: record("b", { schema: { after: "0004", applied: [] } }),
      account: undefined,
    };
    const call = { project, stack: "staging", environment: process.env, logFolder: machine.root };
    return measuredMigrations(measurable, call, recordedProgress());
  }

  function told(): { program: string; host?: string; input: MeasureMigrationsInput } | undefined {
    const file = join(machine.root, "step.json");
    return existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as { program: string; input: MeasureMigrationsInput })
      : undefined;
  }

  it("on this machine where previews have no host, with the schema that is there", async () => {
    assert.deepEqual(await trying("ALTER TABLE notes ADD a int"), {
      ...{ statements: [], on: { kind: "schema" } },
    });
    const { program, host: where, input } = told() ?? assert.fail();
    assert.deepEqual([program, where], ["measure-migrations", undefined]);
    const { postgres, schema, statements, tool, labels } = input;
    assert.deepEqual(
      { postgres, schema, statements, tool, labels },
      {
        postgres: { image: "mirror.example.com/library/postgres:15", database: "notes_staging" },
        schema: "CREATE TABLE notes ();",
        statements: [{ sql: "ALTER TABLE notes ADD a int", transaction: "none" }],
        tool: undefined,
        labels: { "towpath.project": "notes", "towpath.trial": "notes-staging" },
      },
    );
  });

  it("on a clone of the template of the previews' host, which the release that runs brings to its schema", async () => {
    const previews = await PlayedHost.ofPreview(machine, "notes-pr-1");
    const server = { containerName: "templates", containerId: "0e5a", administrator: "admin", version: 15 };
    const shared = await PlayedHost.ofPreviews(machine);
    machine.write(".towpath/passphrase", "secret\n");
    const made = (template: object): void => {
      const stack = { type: "pulumi:pulumi:Stack", urn: "urn", outputs: { template } };
      const state = { checkpoint: { latest: { resources: [stack] } } };
      machine.write(".towpath/state/.pulumi/stacks/towpath/host-previews.json", JSON.stringify(state));
    };
    try {
      made(server);
      await trying("ALTER TABLE notes ADD a int");
      const { host: where, input } = told() ?? assert.fail();
      const { current, up, ...template } = input.template ?? assert.fail("no template");
      assert.equal(where, ".towpath/ssh/notes-host-previews/host");
      assert.deepEqual(template, {
        ...{ server: { container: "templates", administrator: "admin" }, revision: "0004" },
      });
      const { api } = record("b").images;
      assert.deepEqual(
        [current, up].map(({ image, command, files }) => [image, command, files.DATABASE_URL]),
        [
          ["alembic", "current"],
          ["alembic", "upgrade", "head"],
        ].map((command) => [`ghcr.io/octocat/notes/api@${api}`, command, urlAt(triedAddress)]),
      );
      assert.equal(input.oldRelease?.name, record("b").id);

      made({ ...server, version: 14 });
      await trying("ALTER TABLE notes ADD a int");
      assert.equal(told()?.input.template, undefined);
    } finally {
      process.chdir(folder);
      await Promise.all([previews.stop(), shared.stop()]);
    }
  });

  it("as a whole where their tool prints no SQL", async () => {
    await trying();
    const { statements, tool } = told()?.input ?? assert.fail();
    assert.deepEqual(statements, []);
    assert.deepEqual(
      [tool?.image, tool?.command],
      ["ghcr.io/octocat/notes/api@sha256:new", ["alembic", "upgrade", "head"]],
    );
  });

  it("and a failure is told in the trial's own words", async () => {
    ending(`console.error("migrations: the scratch database did not start"); process.exitCode = 1;`);
    await assert.rejects(trying("SELECT 1"), { message: "migrations: the scratch database did not start" });
  });

  it("nowhere without a machine", async () => {
    machine.docker("version", "", 1);
    await assert.rejects(trying("SELECT 1"), { message: nowhere });
    assert.equal(
      nowhere,
      "migrations: expected a machine to try them on, got neither a host of previews nor a Docker engine here; describe one in Pulumi.preview.yaml, or start Docker",
    );
  });
});
