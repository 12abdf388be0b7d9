/** What migrations do, measured on a scratch server, and whether the release that runs lives on the result. */
import assert from "node:assert/strict";
import { execa } from "execa";
import type {
  MeasureMigrationsInput,
  MeasureMigrationsReceipt,
  TriedService,
  TriedStatement,
  TriedTool,
} from "../../../components/contract/measure-migrations.ts";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { docker } from "../../support/footprint.ts";
import { prefix, run } from "../images/containers.ts";

const image = `${prefix}/library/postgres:15`;
const labels = { "towpath.test": run, "towpath.part": "measure" };

const schema = `CREATE TABLE notes (id int PRIMARY KEY, body text);
  INSERT INTO notes SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i;
  CREATE TABLE tags (id int);`;

const transactions: Readonly<Record<string, TriedStatement["transaction"]>> = {
  BEGIN: "opens",
  COMMIT: "closes",
  "CREATE INDEX CONCURRENTLY words ON notes (slow(body)) WHERE id <= 1000": "refuses",
};

/** A service that reads a column when it starts, and again when it is asked. */
function reading(column: string): TriedService {
  const query = `psql "$(cat /run/secrets/DATABASE_URL)" --no-psqlrc --quiet --command 'SELECT ${column} FROM notes LIMIT 1'`;
  return {
    name: "api",
    image,
    command: ["sh", "-c", `${query} && exec sleep 60`],
    environment: {},
    variables: {},
    files: { DATABASE_URL: "postgresql://notes:any@127.0.0.1:5432/notes" },
    probe: { command: ["sh", "-c", query] },
    timeoutSeconds: 30,
    checks: [],
  };
}

async function measure(
  sql: readonly string[],
  service?: TriedService,
  tool?: TriedTool,
): Promise<MeasureMigrationsReceipt> {
  const input: MeasureMigrationsInput = {
    postgres: { image, database: "notes" },
    schema,
    statements: sql.map((one) => ({ sql: one, transaction: transactions[one] ?? "none" })),
    ...(tool !== undefined && { tool }),
    ...(service !== undefined && {
      oldRelease: { name: "0123456789ab", services: [service], servers: [], asker: image },
    }),
    timeoutSeconds: 60,
    labels,
    limits: { memory: 512 * 1024 * 1024, pids: 200, remedy: "none" },
  };
  const { exitCode, stdout, stderr } = await execa("node", ["steps/run.mjs", "measure-migrations"], {
    input: JSON.stringify(input),
    reject: false,
    timeout: 120_000,
  });
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as MeasureMigrationsReceipt;
}

describe("migrations are measured (002-646)", () => {
  before(() => buildImages({ images: ["postgres"], prefix }));
  afterEach(async () => {
    const left = await docker(["ps", "--all", "--quiet", "--filter", `label=towpath.test=${run}`]);
    assert.deepEqual(left, [], "nothing of a measurement stays");
  });

  it("by their locks, rewrites, rows and WAL, and the release that runs is tried on the result", async () => {
    const { statements, oldRelease } = await measure(
      [
        "BEGIN",
        "ALTER TABLE notes ADD COLUMN a int -- without a default",
        "UPDATE notes SET a = 1",
        "COMMIT",
        // Slow enough to be seen: its locks are gone with its end.
        "CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.0001); RETURN $1; END'",
        "CREATE INDEX CONCURRENTLY words ON notes (slow(body)) WHERE id <= 1000",
        "ALTER TABLE notes ALTER COLUMN id TYPE bigint",
        "CREATE TABLE more (id int)",
        "ALTER TABLE tags ADD COLUMN b int",
      ],
      reading("body"),
    );
    const [begin, add, update, commit, , concurrently, change, create, brief] = statements;
    assert.deepEqual(
      [begin, commit, create].map((one) => [one?.locks, one?.rewrites]),
      [
        [[], []],
        [[], []],
        [[], []],
      ],
    );
    const [held] = add?.locks ?? [];
    assert.deepEqual([held?.relation, held?.mode], ["notes", "ACCESS EXCLUSIVE"]);
    assert.ok(
      (held?.milliseconds ?? 0) >= (update?.milliseconds ?? Infinity),
      "to the end of the transaction",
    );
    assert.equal(update?.rows, 20_000);
    assert.ok(update.walBytes > 1_000_000);
    const seen = concurrently?.locks.map(({ relation, mode }) => `${relation} ${mode}`) ?? [];
    assert.deepEqual(seen, ["notes SHARE UPDATE EXCLUSIVE"]);
    assert.deepEqual(change?.rewrites, ["notes"]);
    assert.deepEqual(
      brief?.locks.map(({ relation, mode }) => [relation, mode]),
      [["tags", "ACCESS EXCLUSIVE"]],
    );
    assert.deepEqual(oldRelease, { lives: true, words: "0123456789ab lives on the new schema: api runs" });
  });

  it("to the statement that fails", async () => {
    const { statements, oldRelease } = await measure([
      "ALTER TABLE tags ADD COLUMN b int",
      "ALTER TABLE nothing ADD COLUMN b int",
      "ALTER TABLE tags ADD COLUMN c int",
    ]);
    assert.deepEqual(
      statements.map(({ problem }) => problem),
      [undefined, 'relation "nothing" does not exist'],
    );
    assert.equal(oldRelease, undefined);
  });

  it("as a whole where the tool prints no SQL", async () => {
    const { name: _, probe: _probe, checks: _checks, ...tool } = reading("body");
    const sql = "BEGIN; ALTER TABLE notes ALTER COLUMN id TYPE bigint; SELECT pg_sleep(0.5); COMMIT";
    const command = ["psql", "--no-psqlrc", "--host", "127.0.0.1", "--username", "notes", "--command", sql];
    const { statements } = await measure([], undefined, { ...tool, command });
    const [result] = statements;
    assert.deepEqual(result?.rewrites, ["notes"]);
    assert.deepEqual(
      result.locks.map(({ relation, mode }) => [relation, mode]),
      [["notes", "ACCESS EXCLUSIVE"]],
    );
    assert.ok((result.locks[0]?.milliseconds ?? 0) >= 400, "as long as it was held");
    assert.equal(result.problem, undefined);
  });

  it("and a release that misses something does not live, with its own words", async () => {
    const { oldRelease } = await measure(["ALTER TABLE notes RENAME COLUMN body TO text"], reading("body"));
    assert.equal(oldRelease?.lives, false);
    assert.match(
      oldRelease.words,
      /^0123456789ab does not live on the new schema: api ended before it was healthy; its last log lines:\n[^]*column "body" does not exist/,
    );
  });

  it("and one that does not start on the schema that is there shows nothing", async () => {
    const { oldRelease } = await measure(["ALTER TABLE tags ADD COLUMN b int"], reading("missing"));
    assert.equal(oldRelease?.lives, undefined);
    assert.match(
      oldRelease?.words ?? "",
      /^whether 0123456789ab lives on the new schema is not known: it does not start/,
    );
  });
});
