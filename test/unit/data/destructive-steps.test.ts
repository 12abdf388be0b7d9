import assert from "node:assert/strict";
import { destructiveSteps } from "../../../components/data/destructive-steps.ts";

/** What the SQL destroys, without the statements. */
async function reasonsOf(sql: string): Promise<string[]> {
  return (await destructiveSteps(sql)).map(({ reason }) => reason);
}

/** One test for each statement and what is said of it; nothing, for one that destroys nothing. */
function judges(cases: Readonly<Record<string, string | readonly string[]>>): void {
  for (const [sql, expected] of Object.entries(cases)) {
    it(sql, async () => {
      assert.deepEqual(await reasonsOf(sql), typeof expected === "string" ? [expected] : expected);
    });
  }
}

const nothing: readonly string[] = [];

describe("a migration's SQL destroys something when it drops:", () => {
  judges({
    "DROP TABLE notes": 'drops the table "notes"',
    "DROP TABLE IF EXISTS old.notes, words CASCADE": [
      'drops the table "old.notes"',
      'drops the table "words"',
    ],
    "DROP SCHEMA old CASCADE": 'drops the schema "old"',
    "DROP MATERIALIZED VIEW sums": 'drops the materialized view "sums"',
    "DROP TYPE mood": 'drops the type "mood"',
    "DROP FUNCTION add(int)": 'drops the function "add"',
    "DROP SEQUENCE numbers": 'drops the sequence "numbers"',
    "DROP DATABASE notes": 'drops the database "notes"',
    "DROP OWNED BY notes": "drops everything that a role owns",
    "ALTER TABLE notes DROP COLUMN body": 'drops the column "body"',
    "ALTER TABLE notes DROP CONSTRAINT notes_pkey": 'drops the constraint "notes_pkey"',
    "ALTER TABLE notes ALTER COLUMN body DROP DEFAULT": 'drops the default of the column "body"',
    "ALTER TABLE notes DETACH PARTITION notes_2025": 'takes a partition out of "notes"',
    "ALTER TABLE notes SET UNLOGGED": 'lets "notes" be empty after a crash',
    "ALTER DOMAIN size DROP CONSTRAINT c": 'drops a constraint of the domain "size"',
    "DROP INDEX CONCURRENTLY IF EXISTS results_pending": nothing,
    "ALTER TABLE notes ALTER COLUMN body DROP NOT NULL": nothing,
  });
});

describe("a migration's SQL destroys something when it renames or moves:", () => {
  judges({
    "ALTER TABLE notes RENAME TO papers": 'renames the table "notes"',
    "ALTER TABLE notes RENAME COLUMN body TO text": 'renames the column "body"',
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'": 'renames the value "sad"',
    "ALTER TABLE notes SET SCHEMA old": 'moves the table "notes" to another schema',
    "ALTER INDEX a RENAME TO b": nothing,
    "ALTER TYPE mood ADD VALUE 'calm'": nothing,
  });
});

describe("a migration's SQL destroys something when it changes a type:", () => {
  judges({
    "ALTER TABLE notes ALTER COLUMN title TYPE varchar(50)": 'changes the type of the column "title"',
    "ALTER TABLE notes ALTER title SET DATA TYPE int USING title::int":
      'changes the type of the column "title"',
  });
});

describe("a migration's SQL destroys something when it demands a value that nobody gives:", () => {
  const withoutDefault = 'adds the column "size" NOT NULL without a default';
  judges({
    "ALTER TABLE notes ADD size int NOT NULL": withoutDefault,
    "ALTER TABLE notes ADD size int PRIMARY KEY": withoutDefault,
    "ALTER TABLE notes ADD size int DEFAULT NULL NOT NULL": withoutDefault,
    "ALTER TABLE notes ALTER size SET NOT NULL":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD CONSTRAINT c NOT NULL size":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD size int; ALTER TABLE notes ALTER size SET NOT NULL":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD size int DEFAULT 0 NOT NULL; ALTER TABLE notes ALTER size DROP DEFAULT":
      'drops the default of the column "size"',
    "ALTER DOMAIN size SET NOT NULL": 'makes the domain "size" NOT NULL',
    "ALTER TABLE notes ADD size int": nothing,
    "ALTER TABLE notes ADD size int NOT NULL DEFAULT 0": nothing,
    "ALTER TABLE notes ADD size bigserial NOT NULL": nothing,
    "ALTER TABLE notes ADD size int GENERATED ALWAYS AS IDENTITY PRIMARY KEY": nothing,
    "ALTER TABLE notes ADD size int NOT NULL GENERATED ALWAYS AS (1) STORED": nothing,
    "ALTER TABLE notes ADD size int DEFAULT 0; ALTER TABLE notes ALTER size SET NOT NULL": nothing,
    "ALTER TABLE notes ALTER size SET DEFAULT 0, ALTER size SET NOT NULL": nothing,
  });
});

describe("a migration's SQL destroys something when it deletes:", () => {
  judges({
    "TRUNCATE notes, words": ['empties the table "notes"', 'empties the table "words"'],
    "DELETE FROM notes WHERE id = 1": 'deletes rows of "notes"',
    "WITH old AS (DELETE FROM notes RETURNING *) INSERT INTO archive SELECT * FROM old":
      'deletes rows of "notes"',
    "MERGE INTO notes USING words ON notes.id = words.id WHEN MATCHED THEN DELETE": "deletes rows in a merge",
    "UPDATE notes SET body = ''": nothing,
    "INSERT INTO notes (title) VALUES ('DROP TABLE notes')": nothing,
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM notes'": nothing,
  });
});

describe("a migration's SQL", () => {
  judges({
    "DO $$ BEGIN DROP TABLE notes; END $$": "runs a block of code, whose effect cannot be read from the SQL",
    "CALL clean()": "calls a procedure, whose effect cannot be read from the SQL",
    "CREATE TABLE new (id int); ALTER TABLE new ADD b int NOT NULL; ALTER TABLE new RENAME TO newer; DROP TABLE newer":
      nothing,
    "CREATE TEMP TABLE kept AS SELECT * FROM notes; DELETE FROM kept; DROP TABLE kept": nothing,
    "CREATE TABLE IF NOT EXISTS notes (id int); DROP TABLE notes": 'drops the table "notes"',
    "ALTER TABLE notes ADD a int; ALTER TABLE notes ALTER a TYPE text; ALTER TABLE notes DROP a": nothing,
    "BEGIN; CREATE INDEX CONCURRENTLY i ON notes (id); COMMIT;": nothing,
    "": nothing,
    "-- nothing": nothing,
  });

  it("is told statement by statement, on one line and without the comment before it", async () => {
    const sql =
      "BEGIN;\n\n-- Running upgrade 0004 -> 0005 – größer\n\nALTER TABLE notes\n  DROP COLUMN body,\n  DROP COLUMN title;\n/* c */ DROP TABLE words;\nCOMMIT;\n";
    const alter = "ALTER TABLE notes DROP COLUMN body, DROP COLUMN title";
    assert.deepEqual(await destructiveSteps(sql), [
      { statement: alter, reason: 'drops the column "body"' },
      { statement: alter, reason: 'drops the column "title"' },
      { statement: "DROP TABLE words", reason: 'drops the table "words"' },
    ]);
  });

  it("is one such step as a whole when it cannot be read", async () => {
    assert.deepEqual(await destructiveSteps("\\connect other\nDROP TABLE notes"), [
      {
        statement: "the whole SQL",
        reason: 'is not SQL that can be judged: syntax error at or near "\\"',
      },
    ]);
  });
});
