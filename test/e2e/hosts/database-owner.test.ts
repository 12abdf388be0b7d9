/** The step that makes a role without an administrator's rights the owner of a database that is in use, on a real PostgreSQL. */
import assert from "node:assert/strict";
import { execa } from "execa";
import type { CreateOwnerInput } from "../../../components/contract/create-owner.ts";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { until } from "../../support/until.ts";
import { prefix } from "../images/containers.ts";
import { NotesDatabase } from "./notes-database.ts";

const role = "notes_app";

/** All kinds of objects that an application's migrations make. */
const everything = `
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('fine', 'bad');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE notes (id serial PRIMARY KEY, body text, mood mood, share percent);
CREATE TABLE "odd ""name""" (id int GENERATED ALWAYS AS IDENTITY, "the note" int REFERENCES notes);
CREATE TABLE billing.parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE billing.parts_2026 PARTITION OF billing.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE SEQUENCE invoices;
CREATE VIEW newest AS SELECT * FROM notes ORDER BY id DESC;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM notes;
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';
CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM notes WHERE body IS NULL';
CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE STATISTICS linked ON id, body FROM notes;
CREATE TEXT SEARCH CONFIGURATION simply (COPY = simple);
CREATE COLLATION plainly FROM "C";
CREATE PUBLICATION changes FOR TABLE notes;
CREATE EXTENSION pg_trgm;
SELECT lo_from_bytea(4711, 'a picture');
INSERT INTO notes (body) SELECT 'note ' || i FROM generate_series(1, 1000) AS i;
`;

/** What a later migration does to them. */
const later = `
ALTER TABLE notes ADD COLUMN title text;
ALTER TABLE "odd ""name""" RENAME TO even;
ALTER TABLE billing.parts ADD COLUMN sum int;
ALTER TYPE mood ADD VALUE 'so so';
ALTER TYPE pair ADD ATTRIBUTE c int;
ALTER DOMAIN percent SET DEFAULT 0;
ALTER SEQUENCE invoices RESTART WITH 7;
REFRESH MATERIALIZED VIEW counted;
CREATE OR REPLACE VIEW newest AS SELECT * FROM notes ORDER BY id;
DROP FUNCTION twice(int); DROP PROCEDURE tidy(); DROP AGGREGATE total (int); DROP STATISTICS linked;
DROP TEXT SEARCH CONFIGURATION simply; DROP COLLATION plainly; DROP PUBLICATION changes;
SELECT lo_unlink(4711);
CREATE TABLE public.more (id int); CREATE SCHEMA reports; CREATE INDEX ON notes USING gin (body gin_trgm_ops);
`;

describe("the owner of a database on a real server", () => {
  let database: NotesDatabase;
  before(async () => {
    await buildImages({ images: ["postgres"], prefix });
    database = await NotesDatabase.start();
  });
  after(() => database.remove());

  function create(password: string) {
    const { container, administrator } = database.lock;
    const input: CreateOwnerInput = {
      ...{ container, administrator, database: "notes", role, password, createsDatabases: false },
    };
    return execa("node", ["steps/run.mjs", "create-owner"], {
      input: JSON.stringify(input),
      timeout: 180_000,
    });
  }

  /** Runs SQL over the network with a password. */
  function asRole(sql: string, password: string, user = role) {
    const address = `postgresql://${user}:${password}@$(hostname -i):5432/notes`;
    const client = `psql "${address}" --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1`;
    return execa("docker", ["exec", "--interactive", database.server.name, "sh", "-c", `${client} 2>&1`], {
      input: sql,
      timeout: 60_000,
      reject: false,
    });
  }

  it("takes over all that migrations made, while users are served and a transaction is open (003-160)", async () => {
    await database.ask("SELECT 1");
    const made = await asRole(everything, "open-sesame", "notes");
    assert.equal(made.exitCode, 0, made.stdout);

    // It reads what is taken over, so that has to wait for it.
    const reading = asRole(
      "BEGIN; SELECT count(*) FROM notes; SELECT pg_sleep(4); COMMIT;",
      "open-sesame",
      "notes",
    );
    await until("the open transaction", 20, async () => {
      const open =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(4)%' AND pid <> pg_backend_pid()";
      return (await database.ask(open)) === "1" || undefined;
    });
    const { given } = JSON.parse((await create("first-word")).stdout) as { given: number };
    assert.ok(given >= 18, String(given));
    assert.equal((await reading).exitCode, 0);

    const { stdout: rights } = await asRole(
      "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user; SELECT count(*) FROM notes",
      "first-word",
    );
    assert.equal(rights, "f|f|f|f\n1000");
    const changed = await asRole(later, "first-word");
    assert.equal(changed.exitCode, 0, changed.stdout);
    // What served users before goes on.
    assert.equal((await asRole("SELECT count(*) FROM more", "open-sesame", "notes")).stdout, "0");

    for (const sql of [
      "COPY notes TO PROGRAM 'cat'",
      "SELECT pg_read_file('/etc/passwd')",
      "CREATE ROLE more",
    ]) {
      const refused = await asRole(sql, "first-word");
      assert.match(refused.stdout, /permission denied|must be superuser/, sql);
    }
  });

  it("runs again with another password, and has nothing to give then", async () => {
    await create("first-word");
    const { given } = JSON.parse((await create("second-word")).stdout) as { given: number };
    assert.equal(given, 0);
    assert.match((await asRole("SELECT 1", "first-word")).stdout, /password authentication failed/);
    assert.equal((await asRole("SELECT 1", "second-word")).stdout, "1");
  });
});
