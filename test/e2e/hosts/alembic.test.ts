/** Migrations as teams write them, planned as before each release in containers of the image, and run on a PostgreSQL. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { application as described } from "../../../application.ts";
import { byCommands } from "../../../components/application/migrations.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { printedBy } from "../../../components/host/isolated-run.ts";
import { planMigration, type MigrationPlan } from "../../../components/migration/migration-plan.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { addedFile } from "../../support/hosts/added-migration.ts";
import { buildSample, layered } from "../../support/hosts/sample-images.ts";
import { checkout } from "../../support/source-tree.ts";
import { prefix, run } from "../images/containers.ts";
import { NotesDatabase } from "./notes-database.ts";
import type { MigrateInput } from "../../../components/contract/migrate.ts";
import { sampled } from "../../support/quick.ts";

const application = parseApplication(described);
const limits = { memory: 256 * 1024 ** 2, pids: 256, remedy: "raise towpath:limits.memory" };

/** A migration: what comes before it as Alembic writes that, and the lines of what it does. */
function migration(revision: string, after: string, message: string, ...lines: string[]): string[] {
  const text = [
    `"""${message}"""`,
    "import sqlalchemy as sa",
    "from alembic import op",
    `revision = "${revision}"`,
    `down_revision = ${after}`,
    "def upgrade() -> None:",
    ...(lines.length === 0 ? ["pass"] : lines).map((line) => `    ${line}`),
    "def downgrade() -> None:",
    "    pass",
  ];
  return addedFile(`migrations/versions/${revision}_added.py`, `${text.join("\n")}\n`);
}

const merge = [
  ...migration("0005a", '"0004"', "pins", 'op.add_column("notes", sa.Column("pinned", sa.Boolean))'),
  ...migration("0005b", '"0004"', "colours", 'op.add_column("notes", sa.Column("colour", sa.Text))'),
  ...migration("0006", '("0005a", "0005b")', "Merge pins -> colours"),
];

const readsRows = migration(
  "0005",
  '"0004"',
  "titles in capitals",
  "connection = op.get_bind()",
  "connection.execute(sa.text(\"INSERT INTO notes (title) VALUES ('quiet')\"))",
  'for note in connection.execute(sa.text("SELECT id, title FROM notes")).fetchall():',
  '    change = sa.text("UPDATE notes SET title = :title WHERE id = :id")',
  '    connection.execute(change, {"title": note.title.upper(), "id": note.id})',
);

/** Settings that are read when they are imported, and an environment of Alembic that imports them. */
const importsSettings = [
  ...addedFile(
    "notes/public_settings.py",
    [
      "import os",
      "from pydantic import BaseModel",
      "class Settings(BaseModel):",
      "    database_url_file: str",
      "settings = Settings(**{name.lower(): value for name, value in os.environ.items()})",
      "",
    ].join("\n"),
  ),
  ...addedFile(
    "migrations/env.py",
    `from notes.public_settings import settings\n${readFileSync(join(checkout, "app/api/migrations/env.py"), "utf8")}`,
  ),
];

describe("migrations of Alembic", () => {
  let database: NotesDatabase;

  before(async () => {
    await buildImages({ images: ["postgres", "python"], prefix });
    database = await NotesDatabase.start();
  });
  beforeEach(() => database.empty());
  after(() => database.remove());

  const ask = (sql: string): Promise<string> => database.ask(sql);

  /** The API's image with these lines. */
  async function image(lines: readonly string[]): Promise<string> {
    return layered(await buildSample("api"), [`LABEL towpath.test=${run}`, ...lines]);
  }

  /** Returns the plan for a database that has the sample application's own schema. */
  function planned(api: string, acknowledge?: string): Promise<MigrationPlan> {
    const last = { images: {}, schema: { after: "0004", applied: [] } } as unknown as ReleaseRecord;
    const args = { application, environment: "production", images: { api }, last, stays: false } as const;
    return planMigration(
      { ...args, ...(acknowledge !== undefined && { acknowledge }) },
      (image, command, environment) =>
        printedBy({ image, command, environment, limits }, async (look) => {
          const ended = await execa("docker", look.arguments, { reject: false, timeout: 60_000 });
          const { exitCode, stdout, stderr } = ended;
          return { succeeded: exitCode === 0, exitCode, stdout, stderr };
        }),
    );
  }

  /** Runs all of an image's migrations; returns those that were pending. */
  async function migrated(api: string): Promise<readonly string[]> {
    const { up, current, pending, base } =
      byCommands(application.migrations) ?? assert.fail("there are no migrations");
    const input: MigrateInput = {
      ...{ image: api, network: database.network, command: up, variables: {}, timeoutSeconds: 60, limits },
      labels: { "towpath.test": run, "towpath.part": "migration" },
      environment: { DATABASE_URL_FILE: "/run/secrets/DATABASE_URL" },
      files: { DATABASE_URL: database.url },
      care: {
        lock: database.lock,
        current,
        ...(pending !== undefined && { pending }),
        ...(base !== undefined && { base }),
      },
    };
    const program = ["steps/run.mjs", "migrate"];
    const ended = await execa("node", program, {
      input: JSON.stringify(input),
      reject: false,
      timeout: 120_000,
    });
    assert.equal(ended.exitCode, 0, ended.stderr);
    return (JSON.parse(ended.stdout) as { applied: readonly string[] }).applied;
  }

  sampled("can merge two heads without taking anything away, and run in order", async () => {
    const api = await image(merge);
    const { revisions, statements: _, ...plan } = await planned(api);
    assert.deepEqual([revisions.slice(0, 2).sort(), revisions[2]], [["0005a", "0005b"], "0006"]);
    assert.deepEqual(plan, { findings: [], destructive: [], warnings: [] });
    assert.deepEqual(await migrated(api), ["0001", "0002", "0003", "0004", ...revisions]);
    assert.equal(await ask("SELECT version_num FROM alembic_version"), "0006");
    const added = "column_name IN ('pinned', 'colour')";
    assert.equal(await ask(`SELECT count(*) FROM information_schema.columns WHERE ${added}`), "2");
  });

  it("have to be acknowledged in production when they read rows, because their effect is unknown", async () => {
    const api = await image(readsRows);
    const problem =
      /what the migration from 0004 to 0005 takes away is not known, for migrations\.sql prints nothing, got "alembic upgrade 0004:head --sql" failing with: AttributeError: 'NoneType' object has no attribute '\w+'; /;
    await assert.rejects(planned(api), problem);
    const { revisions, unknown, warnings } = await planned(api, "0005");
    assert.deepEqual(revisions, ["0005"]);
    assert.match(unknown ?? "", /^migrations\.sql prints nothing, got /);
    assert.match(warnings.join("\n"), problem);
    assert.equal((await migrated(api)).at(-1), "0005");
    assert.equal(await ask("SELECT title FROM notes"), "QUIET");
  });

  sampled("fail in the plan with the settings that they lack, and run where these are set", async () => {
    const api = await image([...merge, ...importsSettings]);
    await assert.rejects(
      planned(api),
      /failing with: pydantic_core\._pydantic_core\.ValidationError: 1 validation error for Settings database_url_file Field required /,
    );
    assert.equal((await migrated(api)).length, 7);
  });
});
