/** What migrations do, measured on a scratch server, and whether the release that runs lives on the result. */
import assert from "node:assert/strict";
import { execa } from "execa";
import {
  triedAddress,
  urlAt,
  type MeasureMigrationsInput,
  type MeasureMigrationsReceipt,
  type TriedService,
  type TriedStatement,
  type TriedTemplate,
  type TriedTool,
} from "../../../components/contract/measure-migrations.ts";
import { defined } from "../../../components/input/defined.ts";
import { until } from "../../../components/input/until.ts";
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
  "CREATE INDEX CONCURRENTLY more ON notes (pinned, id)": "refuses",
  "CREATE INDEX CONCURRENTLY words ON notes (slow(body)) WHERE id <= 1000": "refuses",
};

/** A command of psql in the database that is tried. */
function asking(sql: string): TriedTool {
  const url = '"$(cat /run/secrets/DATABASE_URL)"';
  return {
    ...{ image, environment: {}, variables: {}, files: { DATABASE_URL: urlAt(triedAddress) } },
    command: ["sh", "-c", `psql ${url} --no-psqlrc --quiet --no-align --tuples-only --command "$0"`, sql],
  };
}

/** A service that reads a column when it starts, and again when it is asked. */
function reading(column: string): TriedService {
  const query = `psql "$(cat /run/secrets/DATABASE_URL)" --no-psqlrc --quiet --command 'SELECT ${column} FROM notes LIMIT 1'`;
  return {
    name: "api",
    image,
    command: ["sh", "-c", `${query} && exec sleep 60`],
    environment: {},
    variables: {},
    files: { DATABASE_URL: urlAt(triedAddress) },
    probe: { command: ["sh", "-c", query] },
    timeoutSeconds: 30,
    checks: [],
  };
}

async function measure(
  sql: readonly string[],
  service?: TriedService,
  { tool, template, timeoutSeconds = 60 }: Partial<MeasureMigrationsInput> = {},
): Promise<MeasureMigrationsReceipt> {
  const input: MeasureMigrationsInput = {
    postgres: { image, database: "notes" },
    schema,
    statements: sql.map((one) => ({ sql: one, transaction: transactions[one] ?? "none" })),
    ...defined({ tool, template }),
    ...(service !== undefined && {
      oldRelease: { name: "0123456789ab", services: [service], servers: [], asker: image },
    }),
    timeoutSeconds,
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

  it("as a whole where the tool prints no SQL", async () => {
    const { name: _, probe: _probe, checks: _checks, ...tool } = reading("body");
    const sql = "BEGIN; ALTER TABLE notes ALTER COLUMN id TYPE bigint; SELECT pg_sleep(0.5); COMMIT";
    const command = ["psql", "--no-psqlrc", "--host", "127.0.0.1", "--username", "notes", "--command", sql];
    const { statements } = await measure([], undefined, { tool: { ...tool, command } });
    const [result] = statements;
    assert.deepEqual(result?.rewrites, ["notes"]);
    assert.deepEqual(
      result.locks.map(({ relation, mode }) => [relation, mode]),
      [["notes", "ACCESS EXCLUSIVE"]],
    );
    assert.ok((result.locks[0]?.milliseconds ?? 0) >= 400, "as long as it was held");
    assert.equal(result.problem, undefined);
  });

  describe("on a clone of the template", () => {
    const server = `${run}-template`;
    const template: TriedTemplate = {
      server: { container: server, administrator: "admin" },
      revision: "0002",
      current: asking("SELECT max(id) FROM revisions"),
      up: asking("ALTER TABLE notes ADD COLUMN pinned boolean; INSERT INTO revisions VALUES ('0002')"),
    };

    before(async () => {
      const variables = [
        "POSTGRES_USER=admin",
        "POSTGRES_HOST_AUTH_METHOD=scram-sha-256",
        "POSTGRES_PASSWORD=x",
      ];
      const given = variables.flatMap((one) => ["--env", one]);
      await docker(["run", "--detach", "--name", server, ...given, image]);
      const ready = (): Promise<boolean> =>
        docker(["exec", server, "pg_isready", "--host", "127.0.0.1"]).then(
          () => true,
          () => false,
        );
      assert.ok(await until(ready, Boolean, { deadline: Date.now() + 60_000, interval: 200 }));
      for (const name of ["towpath_template", "secret"]) await admin(`CREATE DATABASE ${name}`);
      // As each preview's own is.
      await admin("REVOKE ALL ON DATABASE secret FROM PUBLIC");
      await admin("CREATE ROLE towpath_template SUPERUSER NOLOGIN");
      await admin(
        `SET ROLE towpath_template; CREATE TABLE notes (id int PRIMARY KEY, body text);
         INSERT INTO notes SELECT i, repeat('x', 100) FROM generate_series(1, 300000) AS i;
         CREATE TABLE revisions (id text); INSERT INTO revisions VALUES ('0001'); ANALYZE`,
        "towpath_template",
      );
      await admin("ALTER DATABASE towpath_template IS_TEMPLATE true ALLOW_CONNECTIONS false");
    });
    afterEach(async () => {
      const left =
        "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles WHERE rolcanlogin ORDER BY 1";
      assert.deepEqual(
        (await admin(left)).filter((name) => name.startsWith("towpath_trial")),
        [],
        "no clone stays",
      );
      const networks = await docker(["network", "ls", "--quiet", "--filter", `label=towpath.test=${run}`]);
      assert.deepEqual(networks, []);
    });
    after(() => docker(["rm", "--force", "--volumes", server]));

    function admin(sql: string, database = "postgres"): Promise<string[]> {
      const psql = [
        "psql",
        "--username",
        "admin",
        "--dbname",
        database,
        "--no-align",
        "--tuples-only",
        "--quiet",
      ];
      return docker(["exec", server, ...psql, "--set", "ON_ERROR_STOP=1", "--command", sql]);
    }

    /** Leaves what a run does that is killed, whose time is over. */
    async function leave(): Promise<void> {
      const over = { ...labels, "towpath.until": "1" };
      await admin("CREATE ROLE towpath_trial_left LOGIN");
      await admin(`COMMENT ON ROLE towpath_trial_left IS '${JSON.stringify(over)}'`);
      await admin("CREATE DATABASE towpath_trial_left");
      const all = Object.entries(over).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
      await docker(["network", "create", ...all, `${run}-left`]);
      await docker(["network", "connect", `${run}-left`, server]);
    }

    it("with its rows, brought to where the schema is, and the release that runs is tried on them", async () => {
      await leave();
      const { statements, on, oldRelease } = await measure(
        [
          "ALTER TABLE notes ALTER COLUMN id TYPE bigint",
          "CREATE INDEX words ON notes (body)",
          "CREATE INDEX CONCURRENTLY more ON notes (pinned, id)",
        ],
        reading("pinned"),
        { template },
      );
      assert.ok(on.kind === "template");
      assert.equal(on.rows, 300_001);
      assert.ok(Math.abs(Date.now() - Date.parse(on.at)) < 600_000, on.at);
      const [rewrite, index, concurrently] = statements;
      assert.deepEqual(rewrite?.rewrites, ["notes"]);
      assert.deepEqual(
        [rewrite, index].map((one) => one?.locks.map(({ relation, mode }) => `${relation} ${mode}`)),
        [["notes ACCESS EXCLUSIVE"], ["notes SHARE"]],
      );
      for (const one of [rewrite, index])
        assert.ok((one?.locks[0]?.milliseconds ?? 0) > 50, JSON.stringify(one));
      assert.ok(rewrite.walBytes > 10_000_000);
      assert.deepEqual(
        concurrently?.locks.map(({ mode }) => mode),
        ["SHARE UPDATE EXCLUSIVE"],
      );
      assert.equal(oldRelease?.lives, true);
    });

    it("and a release that misses something does not live, with its own words", async () => {
      const sql = ["ALTER TABLE notes RENAME COLUMN pinned TO kept"];
      const { oldRelease } = await measure(sql, reading("pinned"), { template });
      assert.equal(oldRelease?.lives, false);
      assert.match(
        oldRelease.words,
        /^0123456789ab does not live on the new schema: api ended before it was healthy; its last log lines:\n[^]*column "pinned" does not exist/,
      );
    });

    it("by a role that reaches nothing else there, also where what runs there breaks out of its SQL", async () => {
      const escape = String.raw`SELECT 'a\' , ' \! touch /tmp/reached #'`;
      const { statements, on } = await measure(
        ["SET standard_conforming_strings = off", escape, "ALTER TABLE nothing ADD COLUMN b int", "SELECT 1"],
        reading("pinned"),
        { template },
      );
      assert.equal(on.kind, "template");
      // It ends with the first that fails.
      assert.deepEqual(
        statements.map(({ problem }) => problem),
        [undefined, undefined, 'relation "nothing" does not exist'],
      );
      await assert.rejects(docker(["exec", server, "ls", "/tmp/reached"]), /No such file/);
      const tool = asking("SELECT 1");
      const others = "psql \"$(sed 's|[^/]*$|secret|' /run/secrets/DATABASE_URL)\" --command 'SELECT 1'";
      const reached = await measure([], undefined, {
        template,
        tool: { ...tool, command: ["sh", "-c", others] },
      });
      // What its role may not do is tried again where everything may be done; there is no such database there.
      assert.ok(reached.on.kind === "schema");
      assert.match(
        reached.on.why ?? "",
        /^its role may not do all that migrations do, got ".*permission denied for database "secret"/,
      );
      assert.match(reached.statements[0]?.problem ?? "", /database "secret" does not exist/);
    });

    it("to the statement that takes too long, which is cancelled", async () => {
      const { statements, oldRelease } = await measure(
        ["BEGIN", "ALTER TABLE notes ADD COLUMN a int", "SELECT pg_sleep(600)", "COMMIT"],
        reading("pinned"),
        { template, timeoutSeconds: 3 },
      );
      const late = statements.at(-1);
      assert.deepEqual([statements.length, late?.cancelledAfter], [3, 3]);
      assert.deepEqual(
        late?.locks.map(({ relation, mode }) => [relation, mode]),
        [["notes", "ACCESS EXCLUSIVE"]],
      );
      assert.match(oldRelease?.words ?? "", /is not known: the migrations are not done within 3 s$/);
    });
  });
});
