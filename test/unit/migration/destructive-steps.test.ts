import assert from "node:assert/strict";
import { dependsOnHistory, destructiveSteps } from "../../../components/migration/destructive-steps.ts";

/** Returns what the SQL destroys, without the statements. */
async function reasonsOf(sql: string): Promise<string[]> {
  return (await destructiveSteps(sql)).map(({ reason }) => reason);
}

/** Adds a test for each statement and the reasons that are found for it: none for one that destroys nothing. */
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
    "DROP POLICY own ON notes": 'drops the policy "notes.own"',
    "DROP INDEX old.notes_title_key": 'drops the unique index "old.notes_title_key"',
    "DROP INDEX uq_title": 'drops the unique index "uq_title"',
    "CREATE TABLE a (id int); DROP SCHEMA a CASCADE": 'drops the schema "a"',
    "ALTER TABLE notes ADD COLUMN IF NOT EXISTS x int; ALTER TABLE notes DROP COLUMN x":
      'drops the column "x"',
    "CREATE TEMP TABLE notes (); DROP TABLE notes; DROP TABLE notes": 'drops the table "notes"',
    "CREATE TABLE notes (id int); ALTER TABLE notes RENAME TO papers; DROP TABLE notes":
      'drops the table "notes"',
    "ALTER TABLE notes DETACH PARTITION notes_2025": 'takes a partition out of "notes"',
    "ALTER TABLE notes SET UNLOGGED": 'lets "notes" be empty after a crash',
    "ALTER DOMAIN size DROP CONSTRAINT c": 'drops a constraint of the domain "size"',
    "DROP INDEX CONCURRENTLY IF EXISTS results_pending": nothing,
    "ALTER TABLE notes ALTER COLUMN body DROP NOT NULL": nothing,
    "ALTER TABLE notes ALTER COLUMN body DROP DEFAULT": nothing,
    "DROP TRIGGER sync ON notes": nothing,
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

describe("a migration's SQL destroys something when it requires a value without a default:", () => {
  const withoutDefault = 'adds the column "size" NOT NULL without a default';
  judges({
    "ALTER TABLE notes ADD size int NOT NULL": withoutDefault,
    "ALTER TABLE notes ADD size int PRIMARY KEY": withoutDefault,
    "ALTER TABLE notes ADD size int DEFAULT NULL NOT NULL": withoutDefault,
    "ALTER TABLE notes ALTER size SET NOT NULL":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD CONSTRAINT c NOT NULL size":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD COLUMN IF NOT EXISTS size int; ALTER TABLE notes ALTER size SET NOT NULL":
      'makes the column "size" NOT NULL without giving it a default',
    "ALTER TABLE notes ADD size int; UPDATE notes SET size = 1; ALTER TABLE notes ALTER size SET NOT NULL":
      nothing,
    "ALTER TABLE notes ADD size int DEFAULT 0 NOT NULL; ALTER TABLE notes ALTER size DROP DEFAULT": nothing,
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
    "EXPLAIN ANALYZE DELETE FROM notes": 'deletes rows of "notes"',
    "EXPLAIN (ANALYZE true) DELETE FROM notes": 'deletes rows of "notes"',
    "PREPARE gone AS DELETE FROM notes": 'deletes rows of "notes"',
    "COPY (DELETE FROM notes RETURNING *) TO '/tmp/notes'": 'deletes rows of "notes"',
    "CREATE TABLE gone AS WITH old AS (DELETE FROM notes RETURNING *) SELECT * FROM old":
      'deletes rows of "notes"',
    "EXPLAIN DELETE FROM notes": nothing,
    "EXPLAIN (ANALYZE off) DELETE FROM notes": nothing,
    "COPY notes TO '/tmp/notes'": nothing,
    "DELETE FROM alembic_version WHERE alembic_version.version_num = '0002'": nothing,
    "TRUNCATE app.schema_migrations": nothing,
    "INSERT INTO notes (title) VALUES ('DROP TABLE notes')": nothing,
  });
});

describe("a migration's SQL destroys something when it overwrites:", () => {
  const everyBody = 'overwrites the column "body" in every row of "notes"';
  judges({
    "UPDATE notes SET body = ''": everyBody,
    "UPDATE notes SET body = '' WHERE true": everyBody,
    "UPDATE notes SET body = '' WHERE 1 = 1": everyBody,
    "WITH done AS (UPDATE notes SET body = '' RETURNING id) SELECT * FROM done": everyBody,
    "UPDATE notes SET body = NULL WHERE id = 1": 'empties the column "body" of "notes"',
    "UPDATE notes SET body = '' WHERE id = 1": nothing,
    "UPDATE notes SET body = '' WHERE id IN (SELECT id FROM notes LIMIT 10)": nothing,
    "ALTER TABLE notes ADD size int; UPDATE notes SET size = length(body)": nothing,
    "CREATE TABLE words (a int); UPDATE words SET a = NULL": nothing,
    "UPDATE alembic_version SET version_num = '0002'": nothing,
  });
});

describe("a migration's SQL destroys something when it calls a function that deletes:", () => {
  const f = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM notes';";
  const g = "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN TRUNCATE notes; END';";
  judges({
    [f]: nothing,
    [`${f} SELECT f()`]: 'calls the function "f", which deletes or drops something',
    [`${f} INSERT INTO words SELECT id, f() FROM notes`]:
      'calls the function "f", which deletes or drops something',
    "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM notes; END; SELECT f()":
      'calls the function "f", which deletes or drops something',
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib'; SELECT f()":
      'calls the function "f", whose effect cannot be read from the SQL',
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 -- DELETE FROM notes'; SELECT f()": nothing,
    [`${g} CREATE TRIGGER t AFTER INSERT ON notes EXECUTE FUNCTION g()`]:
      'lets a trigger of "notes" run the function "g", which deletes or drops something',
    "SELECT app.clean()": 'calls the function "app.clean", whose effect cannot be read from the SQL',
    "SELECT setval('notes_id_seq', 7), pg_catalog.set_config('search_path', '', false)": nothing,
    "SELECT upper(title) FROM notes": nothing,
  });
});

describe("a migration's SQL destroys something when it forbids what was allowed:", () => {
  const refusing = "which refuses what was allowed";
  judges({
    "REVOKE ALL ON notes FROM web": 'revokes rights on the table "notes"',
    "REVOKE writers FROM web": 'takes the role "writers" from others',
    "ALTER TABLE notes ADD CONSTRAINT c UNIQUE (title)": `adds the constraint "c", ${refusing}`,
    "ALTER TABLE notes ADD UNIQUE (title)": `adds a constraint, ${refusing}`,
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (size > 0) NOT VALID": `adds the constraint "c", ${refusing}`,
    "ALTER TABLE notes ADD CONSTRAINT c FOREIGN KEY (word) REFERENCES words": `adds the constraint "c", ${refusing}`,
    "CREATE UNIQUE INDEX i ON notes (lower(title))": `adds the unique index "i", ${refusing}`,
    "ALTER DOMAIN size ADD CONSTRAINT c CHECK (VALUE > 0)": `adds a constraint to the domain "size", ${refusing}`,
    "ALTER TABLE notes ENABLE ROW LEVEL SECURITY": 'hides rows of "notes" that no policy shows',
    "ALTER TABLE notes DISABLE TRIGGER ALL":
      'switches off the triggers of "notes", and its foreign keys with them',
    "SET session_replication_role = replica": "switches off triggers, and foreign keys with them",
    "CREATE RULE r AS ON INSERT TO notes DO INSTEAD NOTHING":
      'lets a rule do something else than what "notes" is told',
    "GRANT SELECT ON notes TO web; GRANT writers TO web": nothing,
    "CREATE TABLE words (id int); REVOKE ALL ON words FROM public": nothing,
    "CREATE INDEX i ON notes (title)": nothing,
    "CREATE UNIQUE INDEX i ON notes (title); ALTER TABLE notes ADD CONSTRAINT i UNIQUE USING INDEX i": `adds the unique index "i", ${refusing}`,
    "ALTER TABLE notes ADD size int; ALTER TABLE notes ADD CONSTRAINT c CHECK (size > 0)": nothing,
    "ALTER TABLE notes ADD slug text; CREATE UNIQUE INDEX i ON notes (slug)": nothing,
    "ALTER TABLE notes ADD word int REFERENCES words": nothing,
    "CREATE TABLE words (id int); ALTER TABLE words ADD CONSTRAINT c UNIQUE (id)": nothing,
    "CREATE DOMAIN size AS int; ALTER DOMAIN size ADD CHECK (VALUE > 0)": nothing,
    "ALTER TABLE notes VALIDATE CONSTRAINT c": nothing,
  });
});

describe("a migration's SQL, when that of the earlier migrations is known,", () => {
  const history =
    "BEGIN; CREATE TABLE alembic_version (version_num text); CREATE TABLE notes (id int, title varchar(50), body text);" +
    "CREATE UNIQUE INDEX one ON notes (title); INSERT INTO alembic_version VALUES ('0001');" +
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMIT; BEGIN;";
  const cases: Readonly<Record<string, readonly string[]>> = {
    "ALTER TABLE notes ALTER title TYPE varchar(80)": nothing,
    "ALTER TABLE public.notes ALTER title TYPE text": nothing,
    "ALTER TABLE notes ALTER title TYPE varchar(20)": ['changes the type of the column "title"'],
    "ALTER TABLE notes ALTER title TYPE varchar(80) USING upper(title)": [
      'changes the type of the column "title"',
    ],
    "ALTER TABLE notes ALTER id TYPE text": ['changes the type of the column "id"'],
    "ALTER TABLE notes RENAME title TO name; ALTER TABLE notes ALTER name TYPE text": [
      'renames the column "title"',
    ],
    "DROP INDEX one": ['drops the unique index "one"'],
    "SELECT f()": nothing,
    "DROP TABLE notes": ['drops the table "notes"'],
  };
  for (const [sql, expected] of Object.entries(cases)) {
    it(sql, async () => {
      const found = await destructiveSteps(sql, `${history} ${sql}; COMMIT;`);
      assert.deepEqual(
        found.map(({ reason }) => reason),
        expected,
      );
    });
  }

  it("is judged alone when it is not the end of the known SQL", async () => {
    const sql = "ALTER TABLE notes ALTER title TYPE varchar(80)";
    for (const other of [history, "no SQL"]) {
      assert.deepEqual(await destructiveSteps(sql, other), [
        { statement: sql, reason: 'changes the type of the column "title"' },
      ]);
    }
  });

  it("requires the earlier SQL only when it matters", () => {
    assert.equal(dependsOnHistory("ALTER TABLE notes DROP COLUMN body"), false);
    for (const sql of ["ALTER TABLE a ALTER b TYPE text", "DROP INDEX one", "SELECT f()"]) {
      assert.equal(dependsOnHistory(sql), true);
    }
  });
});

describe("a migration's SQL", () => {
  judges({
    "DO $$ BEGIN DROP TABLE notes; END $$": "runs a block of code, whose effect cannot be read from the SQL",
    "CALL clean()": "calls a procedure, whose effect cannot be read from the SQL",
    "CREATE TABLE new (id int); ALTER TABLE new ADD b int NOT NULL; ALTER TABLE new RENAME TO newer; DROP TABLE newer":
      nothing,
    "CREATE TABLE public.a (id int); DELETE FROM a; DROP TABLE IF EXISTS a CASCADE": nothing,
    "SELECT * INTO kept FROM notes; DROP TABLE kept": nothing,
    "CREATE SCHEMA a; CREATE TABLE a.b (); DROP SCHEMA a CASCADE": nothing,
    "CREATE TYPE mood AS ENUM ('sad'); CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; DROP VIEW v; DROP SEQUENCE s; DROP TYPE mood":
      nothing,
    "CREATE MATERIALIZED VIEW sums AS SELECT 1; DROP MATERIALIZED VIEW sums": nothing,
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f()": nothing,
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (id > 0); ALTER TABLE notes DROP CONSTRAINT c":
      'adds the constraint "c", which refuses what was allowed',
    "DROP INDEX CONCURRENTLY IF EXISTS a_key; CREATE UNIQUE INDEX CONCURRENTLY a_key ON notes (a)":
      'adds the unique index "a_key", which refuses what was allowed',
    "ALTER TABLE notes ADD a int; ALTER TABLE notes RENAME a TO b; ALTER TABLE notes DROP b": nothing,
    "CREATE TEMP TABLE kept AS SELECT * FROM notes; DELETE FROM kept; DROP TABLE kept": nothing,
    "CREATE TABLE IF NOT EXISTS notes (id int); DROP TABLE notes": 'drops the table "notes"',
    "ALTER TABLE notes ADD a int; ALTER TABLE notes ALTER a TYPE text; ALTER TABLE notes DROP a": nothing,
    "BEGIN; CREATE INDEX CONCURRENTLY i ON notes (id); COMMIT;": nothing,
    "": nothing,
    "-- nothing": nothing,
  });

  it("is reported statement by statement, on one line and without the comment before it", async () => {
    const sql =
      "BEGIN;\n\n-- Running upgrade 0004 -> 0005 – größer\n\nALTER TABLE notes\n  DROP COLUMN body,\n  DROP COLUMN title;\n/* c */ DROP TABLE words;\nCOMMIT;\n";
    const alter = "ALTER TABLE notes DROP COLUMN body, DROP COLUMN title";
    assert.deepEqual(await destructiveSteps(sql), [
      { statement: alter, reason: 'drops the column "body"' },
      { statement: alter, reason: 'drops the column "title"' },
      { statement: "DROP TABLE words", reason: 'drops the table "words"' },
    ]);
  });

  it("is one destructive step as a whole when it cannot be parsed", async () => {
    assert.deepEqual(await destructiveSteps("\\connect other\nDROP TABLE notes"), [
      {
        statement: "the whole SQL",
        reason: 'is not SQL that can be judged: syntax error at or near "\\"',
      },
    ]);
    assert.deepEqual(await destructiveSteps("SELECT 1;\0DROP TABLE notes"), [
      { statement: "the whole SQL", reason: "is not SQL that can be judged: it holds a NUL character" },
    ]);
  });
});
