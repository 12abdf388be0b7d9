import assert from "node:assert/strict";
import type { Finding, StatementFacts } from "../../../components/migration/migration-facts.ts";
import { readMigration, type MigrationSql } from "../../../components/migration/read-migration.ts";
import type { TableSizes } from "../../../components/migration/table-sizes.ts";

async function read(sql: string, context: Partial<MigrationSql> = {}): Promise<readonly StatementFacts[]> {
  const facts = await readMigration({ sql, version: 15, ...context });
  if (typeof facts === "string") throw new Error(facts);
  return facts;
}

/** Returns what is found, without advice: `lock index-build orders`. */
async function alarms(sql: string, context?: Partial<MigrationSql>): Promise<string[]> {
  const found = (await read(sql, context)).flatMap(({ findings }) => findings);
  return found.filter(({ kind }) => kind !== "note").map(inShort);
}

function inShort({ kind, hazard, relation }: Finding): string {
  return [kind, hazard, ...(relation === undefined ? [] : [relation])].join(" ");
}

/** Returns the locks: `orders SHARE: builds an index`. */
async function locks(sql: string, context?: Partial<MigrationSql>): Promise<string[]> {
  return (await read(sql, context)).flatMap((one) =>
    one.locks.map(({ relation, mode, work }) => `${relation} ${mode}: ${work}`),
  );
}

/** Adds a test for each migration and the alarms about it. */
function warns(
  cases: Readonly<Record<string, string | readonly string[]>>,
  context?: Partial<MigrationSql>,
): void {
  for (const [sql, expected] of Object.entries(cases)) {
    it(sql, async () => {
      assert.deepEqual(await alarms(sql, context), typeof expected === "string" ? [expected] : expected);
    });
  }
}

const nothing: readonly string[] = [];

describe("a migration that blocks others while it works (002-646):", () => {
  warns({
    "CREATE INDEX words ON notes (body)": "lock index-build notes",
    "CREATE UNIQUE INDEX words ON shop.notes (body)": "lock index-build shop.notes",
    "CREATE INDEX CONCURRENTLY words ON notes (body)": nothing,
    "CREATE INDEX words ON ONLY notes (body)": nothing,
    "ALTER TABLE notes ADD COLUMN body text": nothing,
    "ALTER TABLE notes ADD COLUMN at timestamptz NOT NULL DEFAULT now()": nothing,
    "ALTER TABLE notes ADD COLUMN tags jsonb DEFAULT '{}'::jsonb": nothing,
    "ALTER TABLE notes ADD COLUMN key uuid DEFAULT gen_random_uuid()": "lock rewriting-column notes",
    "ALTER TABLE notes ADD COLUMN at timestamptz DEFAULT clock_timestamp()": "lock rewriting-column notes",
    "ALTER TABLE notes ADD COLUMN n bigserial": "lock rewriting-column notes",
    "ALTER TABLE notes ADD COLUMN n int GENERATED ALWAYS AS IDENTITY": "lock rewriting-column notes",
    "ALTER TABLE notes ADD COLUMN n int GENERATED ALWAYS AS (a + b) STORED": "lock stored-column notes",
    "ALTER TABLE notes ADD COLUMN n int GENERATED ALWAYS AS (a + b) VIRTUAL": nothing,
    "ALTER TABLE notes ADD COLUMN n int UNIQUE": "lock unique-constraint notes",
    "ALTER TABLE notes ADD COLUMN n int CHECK (n > 0)": "lock check-constraint notes",
    "ALTER TABLE notes ADD COLUMN owner int REFERENCES people (id)": nothing,
    "ALTER TABLE notes ADD COLUMN owner int DEFAULT 1 REFERENCES people (id)": "lock foreign-key notes",
    "ALTER TABLE notes ALTER COLUMN body SET NOT NULL": "lock not-null notes",
    "ALTER TABLE notes ALTER COLUMN body SET DEFAULT ''": nothing,
    "ALTER TABLE notes ALTER COLUMN n TYPE bigint": "lock type-change notes",
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 0)": "lock check-constraint notes",
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 0) NOT VALID": nothing,
    "ALTER TABLE notes VALIDATE CONSTRAINT c": nothing,
    "ALTER TABLE notes ADD FOREIGN KEY (owner) REFERENCES people": "lock foreign-key notes",
    "ALTER TABLE notes ADD FOREIGN KEY (owner) REFERENCES people NOT VALID": nothing,
    "ALTER TABLE notes ADD CONSTRAINT c UNIQUE (n)": "lock unique-constraint notes",
    "ALTER TABLE notes ADD CONSTRAINT c UNIQUE USING INDEX words": nothing,
    "ALTER TABLE notes ADD PRIMARY KEY (n)": "lock unique-constraint notes",
    "ALTER TABLE rooms ADD CONSTRAINT c EXCLUDE USING gist (during WITH &&)":
      "lock exclusion-constraint rooms",
    "ALTER TABLE notes ADD CONSTRAINT c NOT NULL n": "lock not-null notes",
    "ALTER TABLE notes ADD CONSTRAINT c NOT NULL n NOT VALID": nothing,
    "ALTER TABLE notes SET TABLESPACE fast": "lock maintenance notes",
    "ALTER DOMAIN size ADD CONSTRAINT c CHECK (VALUE > 0)": "lock check-constraint",
    "VACUUM FULL notes": "lock maintenance notes",
    "VACUUM notes": nothing,
    "CLUSTER notes USING words": "lock maintenance notes",
    "REINDEX TABLE notes": "lock maintenance notes",
    "REINDEX TABLE CONCURRENTLY notes": nothing,
    "REFRESH MATERIALIZED VIEW sums": "lock maintenance sums",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY sums": nothing,
    "LOCK TABLE notes": "lock explicit-lock notes",
    "LOCK TABLE notes IN ROW EXCLUSIVE MODE": nothing,
  });
});

describe("a migration that changes rows:", () => {
  warns({
    "UPDATE notes SET n = 1 WHERE n IS NULL": "lock unbatched-change notes",
    "DELETE FROM notes WHERE old": ["data data-loss notes", "lock unbatched-change notes"],
    "UPDATE notes SET n = 1 WHERE id = 5": nothing,
    "UPDATE notes SET n = 1 WHERE id IN (5, 6) AND n IS NULL": nothing,
    "UPDATE notes SET n = 1 WHERE id >= 1 AND id < 1000": nothing,
    "UPDATE notes SET n = 1 WHERE id BETWEEN 1 AND 1000": nothing,
    "UPDATE notes SET n = 1 WHERE id > 1000": "lock unbatched-change notes",
    "UPDATE notes SET n = 1 WHERE id IN (SELECT id FROM notes WHERE n IS NULL LIMIT 1000)": nothing,
    "UPDATE notes SET n = 1 WHERE id IN (SELECT id FROM old)": "lock unbatched-change notes",
    "WITH next AS (SELECT id FROM notes LIMIT 9) UPDATE notes SET n = 1 FROM next WHERE notes.id = next.id":
      nothing,
    "INSERT INTO notes VALUES (1)": nothing,
    "UPDATE alembic_version SET version_num = '2'": nothing,
  });
});

describe("a migration knows what the SQL before has made:", () => {
  warns({
    "CREATE TABLE notes (id int, body text); CREATE INDEX ON notes (id); ALTER TABLE notes ALTER body SET NOT NULL":
      nothing,
    "CREATE TABLE IF NOT EXISTS notes (id int); CREATE INDEX ON notes (id)": nothing,
    "CREATE TABLE tags (id int); ALTER TABLE tags ADD FOREIGN KEY (id) REFERENCES notes": nothing,
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE notes VALIDATE CONSTRAINT c; ALTER TABLE notes ALTER a SET NOT NULL":
      nothing,
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE notes ALTER a SET NOT NULL":
      "lock not-null notes",
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE notes VALIDATE CONSTRAINT c; ALTER TABLE notes ALTER a SET NOT NULL, DROP CONSTRAINT c":
      "lock not-null notes",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS words ON notes (body)": "fails invalid-index notes",
    "DROP INDEX CONCURRENTLY IF EXISTS words; CREATE INDEX CONCURRENTLY IF NOT EXISTS words ON notes (body)":
      nothing,
    "DROP INDEX CONCURRENTLY IF EXISTS old.words; CREATE INDEX CONCURRENTLY IF NOT EXISTS words ON old.notes (body)":
      nothing,
    "CREATE FUNCTION zero() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'; ALTER TABLE notes ADD COLUMN n int DEFAULT zero()":
      nothing,
    "CREATE FUNCTION dice() RETURNS int LANGUAGE sql AS 'SELECT 4'; ALTER TABLE notes ADD COLUMN n int DEFAULT dice()":
      "lock rewriting-column notes",
    "CREATE DOMAIN size AS int CHECK (VALUE > 0); ALTER TABLE notes ADD COLUMN n size":
      "lock rewriting-column notes",
    "CREATE TABLE new (id int); INSERT INTO new SELECT * FROM old; CREATE INDEX ON new (id)": nothing,
  });

  const schema = `\\restrict abc
    CREATE TABLE public.notes (id integer NOT NULL, title varchar(50), slug text, price numeric(8,2), at timestamp);
    ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_slug UNIQUE (slug);
    CREATE TABLE parts (id int) PARTITION BY RANGE (id);
    CREATE TABLE rest PARTITION OF parts DEFAULT;
    CREATE INDEX words ON public.notes USING btree (title);`;
  warns(
    {
      "ALTER TABLE notes ALTER title TYPE varchar(80)": nothing,
      "ALTER TABLE notes ALTER title TYPE text": nothing,
      "ALTER TABLE notes ALTER title TYPE varchar(20)": "lock type-change notes",
      "ALTER TABLE notes ALTER title TYPE varchar(80) USING upper(title)": "lock type-change notes",
      "ALTER TABLE notes ALTER id TYPE bigint": "lock type-change notes",
      "ALTER TABLE notes ALTER price TYPE numeric(12,2)": nothing,
      "ALTER TABLE notes ALTER price TYPE numeric": nothing,
      "ALTER TABLE notes ALTER price TYPE numeric(12,4)": "lock type-change notes",
      "ALTER TABLE notes ALTER at TYPE timestamp(3)": "lock type-change notes",
      "UPDATE notes SET title = 'x' WHERE slug = 'a'": nothing,
      "CREATE INDEX CONCURRENTLY IF NOT EXISTS other ON notes (title)": "fails invalid-index notes",
      "CREATE TABLE first PARTITION OF parts FOR VALUES FROM (1) TO (9)": "lock partition-attach rest",
      "CREATE TABLE first (id int); ALTER TABLE parts ATTACH PARTITION first FOR VALUES FROM (1) TO (9)":
        "lock partition-attach rest",
    },
    { schema },
  );

  it("the table of an index", async () => {
    assert.deepEqual(await locks("DROP INDEX CONCURRENTLY words", { schema }), [
      "notes SHARE UPDATE EXCLUSIVE: brief",
    ]);
  });
});

describe("a migration in a transaction:", () => {
  warns({
    "BEGIN; ALTER TABLE notes ADD COLUMN a int; UPDATE notes SET a = 1 WHERE a IS NULL; COMMIT": [
      "lock unbatched-change notes",
      "lock long-transaction notes",
    ],
    "BEGIN; ALTER TABLE notes ADD COLUMN a int; COMMIT; UPDATE notes SET a = 1 WHERE a IS NULL":
      "lock unbatched-change notes",
    "BEGIN; ALTER TABLE notes ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE notes VALIDATE CONSTRAINT c; COMMIT":
      "lock long-transaction notes",
    "BEGIN; ALTER TABLE people ADD COLUMN a int; INSERT INTO archive SELECT * FROM notes; COMMIT":
      "lock long-transaction people",
    "BEGIN; CREATE INDEX CONCURRENTLY words ON notes (body); COMMIT": "fails outside-of-transaction",
    "BEGIN; VACUUM FULL notes; COMMIT": ["lock maintenance notes", "fails outside-of-transaction"],
    "BEGIN; ALTER TYPE mood ADD VALUE 'glad'; COMMIT": nothing,
    "BEGIN; ALTER TYPE mood ADD VALUE 'glad'; UPDATE notes SET m = 'glad' WHERE id = 1; COMMIT":
      "fails enum-value-in-transaction",
    "BEGIN; ALTER TYPE mood ADD VALUE 'glad'; COMMIT; UPDATE notes SET m = 'glad' WHERE id = 1": nothing,
    "BEGIN; CREATE TYPE mood AS ENUM (); ALTER TYPE mood ADD VALUE 'glad'; UPDATE notes SET m = 'glad' WHERE id = 1; COMMIT":
      nothing,
  });
});

describe("a migration that loses or breaks something:", () => {
  warns({
    "DROP TABLE notes": "data data-loss notes",
    "DROP TABLE notes CASCADE": ["data data-loss notes", "breaks drop-cascade notes"],
    "TRUNCATE notes CASCADE": ["data data-loss notes", "data truncate-cascade notes"],
    "ALTER TABLE notes DROP COLUMN body": "data dropped-column notes",
    "ALTER TABLE notes RENAME TO papers": "breaks renamed notes",
    "ALTER TABLE notes RENAME TO papers; CREATE VIEW notes AS SELECT * FROM papers": nothing,
    "ALTER TABLE notes RENAME COLUMN body TO text": "breaks renamed notes",
    "ALTER TABLE notes ADD COLUMN a int NOT NULL": ["breaks takes-away notes", "fails missing-values notes"],
    "ALTER TABLE notes DROP CONSTRAINT notes_pkey": "breaks replica-identity notes",
    "ALTER TABLE notes REPLICA IDENTITY USING INDEX words; ALTER TABLE notes DROP CONSTRAINT notes_pkey":
      nothing,
    "ALTER TABLE notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY USING INDEX words": nothing,
    "ALTER TABLE notes REPLICA IDENTITY NOTHING": "breaks replica-identity notes",
    "ALTER TABLE notes DISABLE TRIGGER ALL": "breaks triggers-off notes",
    "ALTER TABLE notes DISABLE TRIGGER USER": nothing,
    "ALTER TABLE parts DETACH PARTITION first": "lock partition-detach parts",
    "ALTER TABLE parts DETACH PARTITION first CONCURRENTLY": nothing,
    "ALTER TABLE parts ATTACH PARTITION first FOR VALUES IN (1)": "lock partition-attach first",
    "ALTER TABLE first ADD CONSTRAINT c CHECK (n = 1) NOT VALID; ALTER TABLE first VALIDATE CONSTRAINT c; ALTER TABLE parts ATTACH PARTITION first FOR VALUES IN (1)":
      nothing,
    "CREATE TABLE first (n int); INSERT INTO first SELECT n FROM rest; ALTER TABLE parts ATTACH PARTITION first FOR VALUES IN (1); CREATE INDEX ON first (n)":
      ["lock partition-attach parts", "lock index-build first"],
    "CREATE TABLE first (n int); INSERT INTO first SELECT n FROM new; ALTER TABLE first ADD CONSTRAINT c CHECK (n = 1); ALTER TABLE parts ATTACH PARTITION first FOR VALUES IN (1)":
      nothing,
    "DO $$ BEGIN UPDATE notes SET n = 1; END $$": "unknown unreadable",
  });
});

describe("the sizes of tables decide", () => {
  const sizes: TableSizes = new Map([
    ["moods", { rows: 200, bytes: 65_536 }],
    ["notes", { rows: 3_000_000, bytes: 1_200 * 1024 * 1024 }],
    ["fresh", { rows: 0, bytes: 0 }],
    ["wide", { bytes: 80 * 1024 * 1024 }],
  ]);

  it("what takes its time", async () => {
    const sql = ["moods", "notes", "wide"].map((table) => `CREATE INDEX ON ${table} (a)`).join(";");
    assert.deepEqual(await alarms(sql, { sizes }), ["lock index-build notes", "lock index-build wide"]);
  });

  it("whether a column without a value fails", async () => {
    const sql = "ALTER TABLE fresh ADD COLUMN a int NOT NULL; ALTER TABLE moods ADD COLUMN a int NOT NULL";
    const found = await alarms(sql, { sizes });
    assert.deepEqual(
      found.filter((one) => one.startsWith("fails")),
      ["fails missing-values moods"],
    );
  });

  it("whether a transaction holds its locks for long", async () => {
    const sql = (table: string): string =>
      `BEGIN; ALTER TABLE notes ADD COLUMN a int; UPDATE ${table} SET a = 1 WHERE b; COMMIT`;
    assert.deepEqual(await alarms(sql("moods"), { sizes }), []);
    assert.deepEqual(await alarms(sql("notes"), { sizes }), [
      "lock unbatched-change notes",
      "lock long-transaction notes",
    ]);
  });

  it("what is said", async () => {
    const [{ findings } = { findings: [] }] = await read("CREATE INDEX words ON notes (body)", { sizes });
    assert.deepEqual(findings[0], {
      hazard: "index-build",
      kind: "lock",
      relation: "notes",
      mode: "SHARE",
      words: 'builds an index of "notes" while writes of it wait (3,000,000 rows, 1,200 MB)',
      fix: "CREATE INDEX CONCURRENTLY, outside of a transaction",
    });
  });
});

describe("the locks of a statement", () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    "ALTER TABLE notes ADD COLUMN a int": ["notes ACCESS EXCLUSIVE: brief"],
    "CREATE TABLE tags (note int REFERENCES notes)": ["notes SHARE ROW EXCLUSIVE: brief"],
    "CREATE TABLE first PARTITION OF parts FOR VALUES IN (1)": ["parts ACCESS EXCLUSIVE: brief"],
    "ALTER TABLE notes ADD FOREIGN KEY (a) REFERENCES people": [
      "notes SHARE ROW EXCLUSIVE: reads every row",
      "people SHARE ROW EXCLUSIVE: reads every row",
    ],
    "ALTER TABLE notes VALIDATE CONSTRAINT c": ["notes SHARE UPDATE EXCLUSIVE: reads every row"],
    "ALTER TABLE notes SET (fillfactor = 80)": ["notes SHARE UPDATE EXCLUSIVE: brief"],
    "ALTER INDEX words RENAME TO others": ["words SHARE UPDATE EXCLUSIVE: brief"],
    "ALTER TABLE notes SET SCHEMA old": ["notes ACCESS EXCLUSIVE: brief"],
    "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION f()": [
      "notes SHARE ROW EXCLUSIVE: brief",
    ],
    "DROP TRIGGER t ON notes": ["notes ACCESS EXCLUSIVE: brief"],
    "CREATE POLICY own ON notes": ["notes ACCESS EXCLUSIVE: brief"],
    "COMMENT ON COLUMN notes.body IS 'x'": ["notes SHARE UPDATE EXCLUSIVE: brief"],
    "CREATE STATISTICS s ON a, b FROM notes": ["notes SHARE UPDATE EXCLUSIVE: brief"],
    "COPY notes FROM stdin": ["notes ROW EXCLUSIVE: changes rows"],
    "SELECT * FROM notes FOR UPDATE": ["notes ROW SHARE: brief"],
    "DROP TABLE notes": ["notes ACCESS EXCLUSIVE: brief"],
    "CREATE TABLE notes (id int)": [],
    "CREATE EXTENSION citext": [],
  };
  for (const [sql, expected] of Object.entries(cases)) {
    it(sql, async () => {
      assert.deepEqual(await locks(sql), expected);
    });
  }
});

describe("advice", () => {
  const advice = async (sql: string): Promise<string[]> =>
    (await read(sql)).flatMap(({ findings }) => findings.filter(({ kind }) => kind === "note").map(inShort));

  it("is to limit the wait for the first lock that others queue behind", async () => {
    const add = (column: string): string => `ALTER TABLE notes ADD COLUMN ${column} int`;
    assert.deepEqual(await advice(`${add("a")}; ${add("b")}`), ["note no-lock-timeout notes"]);
    assert.deepEqual(await advice(`SET lock_timeout = '2s'; ${add("a")}`), []);
    assert.deepEqual(await advice(`BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT; ${add("a")}`), [
      "note no-lock-timeout notes",
    ]);
    assert.deepEqual(await advice(`SET lock_timeout = 0; ${add("a")}`), ["note no-lock-timeout notes"]);
    assert.deepEqual(await advice("CREATE INDEX CONCURRENTLY words ON notes (body)"), []);
  });

  it("is to drop an index without a lock on its table", async () => {
    assert.deepEqual(await advice("SET lock_timeout = '2s'; DROP INDEX words"), ["note index-drop words"]);
  });

  it("is given where the type before is not known", async () => {
    assert.deepEqual(await advice("SET lock_timeout = 1000; ALTER TABLE notes ALTER a TYPE varchar(80)"), [
      "note takes-away notes",
      "note type-change notes",
    ]);
  });
});

it("SQL that cannot be read is said to be so", async () => {
  assert.equal(await readMigration({ sql: "ALTER TABEL", version: 15 }), 'syntax error at or near "TABEL"');
});
