/** What is read of a stack's database. That a server answers so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { schemaIn, sizesIn, withLostRows } from "../../../../cli/stack/database-facts.ts";
import type { StatementFacts } from "../../../../components/migration/migration-facts.ts";
import { FakeMachine } from "../fake-machine.ts";

const database = {
  connection: { host: "app1", folder: ".towpath/ssh/notes-staging" },
  container: "notes-staging-postgres",
  administrator: "notes_staging",
  database: "notes_staging",
};

describe("a stack's database", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  /** Plays the server: what it answers to a command that holds the words. */
  function answering(answers: Readonly<Record<string, string>>, otherwise = "exit 1"): void {
    const cases = Object.entries(answers).map(
      ([words, answer]) => `*'${words}'*) cat <<'END'\n${answer}\nEND\n;;`,
    );
    machine.program(
      `${machine.root}/bin/docker`,
      `echo "docker $*" >>"${machine.root}/calls"\ncase "$*" in\n${cases.join("\n")}\n*) ${otherwise} ;;\nesac`,
    );
  }

  function losing(relation: string, column?: string): StatementFacts {
    const words = column === undefined ? `drops the table "${relation}"` : `drops the column "${column}"`;
    const finding = { hazard: "data-loss", kind: "data", relation, words } as const;
    return {
      ...{ statement: "DROP", locks: [] },
      findings: [{ ...finding, ...(column !== undefined && { column }) }],
    };
  }

  it("gives its schema, with the account of the migrations' tool", async () => {
    answering({
      "--schema-only": "CREATE TABLE notes (id int);",
      "--data-only": "INSERT INTO alembic_version VALUES ('0004');",
      "SELECT c.relname": "notes\nalembic_version",
    });
    assert.equal(
      await schemaIn(database),
      "CREATE TABLE notes (id int);\nINSERT INTO alembic_version VALUES ('0004');",
    );
    const data = machine.calls.find((call) => call.includes("--data-only")) ?? "";
    assert.match(data, /--inserts --table=\*\."alembic_version" --username notes_staging/);
    assert.doesNotMatch(data, /"notes"/);
    answering({ "--schema-only": "CREATE TABLE notes (id int);", "SELECT c.relname": "notes" });
    assert.equal(await schemaIn(database), "CREATE TABLE notes (id int);");
  });

  it("gives the sizes of its tables", async () => {
    answering({
      pg_partition_tree: '{"notes": {"rows": 12, "bytes": 8192}, "new": {"rows": null, "bytes": 0}}',
    });
    assert.deepEqual(
      [...(await sizesIn(database))],
      [
        ["notes", { bytes: 8192, rows: 12 }],
        ["new", { bytes: 0 }],
      ],
    );
    assert.match(
      machine.calls.join("\n"),
      /--env PGOPTIONS=-c default_transaction_read_only=on -c statement_timeout=2000 -c lock_timeout=500 /,
    );
  });

  it("has the rows counted that would be lost, or estimated where there are many or counting takes long", async () => {
    answering({ 'count(*) FROM "notes"': "12", 'count("body") FROM "old"."notes"': "7" });
    const sizes = new Map([
      ["notes", { rows: 10, bytes: 1 }],
      ["old.notes", { bytes: 1 }],
      ["slow", { rows: 900_000, bytes: 1 }],
      ["many", { rows: 5_000_000, bytes: 1 }],
    ]);
    const statements = [
      ...[losing("notes"), losing("old.notes", "body"), losing("slow"), losing("many"), losing("gone")],
      {
        statement: "SELECT 1",
        locks: [],
        findings: [{ hazard: "renamed", kind: "breaks", words: "x" } as const],
      },
    ];
    const counted = await withLostRows(database, sizes, statements);
    assert.deepEqual(
      counted.map(({ findings }) => findings[0]?.rows),
      [
        { rows: 12, exact: true },
        { rows: 7, exact: true },
        { rows: 900_000, exact: false },
        { rows: 5_000_000, exact: false },
        undefined,
        undefined,
      ],
    );
    assert.doesNotMatch(machine.calls.join("\n"), /many/);
  });

  it("that does not answer is told with its own words", async () => {
    answering({}, 'echo "no such container" >&2; exit 1');
    const message =
      'migrations: the schema cannot be read from notes-staging-postgres on app1, got "no such container"; is the database well, and nothing migrating?';
    await assert.rejects(schemaIn(database), { message });
    await assert.rejects(sizesIn(database), { message });
  });
});
