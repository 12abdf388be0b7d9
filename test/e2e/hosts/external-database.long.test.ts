/** Production with a PostgreSQL that is not Towpath's: a server on another machine, which the host reaches over the network. */
import assert from "node:assert/strict";
import { addedMigration } from "../../support/hosts/added-migration.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { until } from "../../support/until.ts";
import type { Backup } from "../../../cli/commands/backup.ts";
import { blocksOf, commandsOf } from "../../support/docs.ts";

/** Letters that have to be encoded in a URL, quoted in a shell, and are special in neither of a service file's lines. */
const password = "p@ss/w'rd:#[1]=x";
const encoded = encodeURIComponent(password);

describe("an external database", () => {
  let managed: TestHost;
  let host: TestHost;
  let released: ReleasedProject;

  before(async () => {
    [managed, host] = await Promise.all([takeHost(), takeHost()]);
    released = await ReleasedProject.create({ staging: managed, production: host });
    const postgres = `${released.registry.imageMirror}/library/postgres:15`;
    const server = ["run", "--detach", "--name", "managed", "--publish", "5432:5432"];
    await managed.docker(...server, "--env", "POSTGRES_PASSWORD=administrator", postgres);
    await until("the server", 60, () => onServer("SELECT 1", "postgres"));
    const role = `CREATE ROLE notes LOGIN PASSWORD '${password.replaceAll("'", "''")}'`;
    for (const sql of [role, "CREATE DATABASE live OWNER notes", "CREATE DATABASE moved OWNER notes"]) {
      await onServer(sql, "postgres");
    }
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");
    configure();
  });
  after(async () => {
    await released.remove();
    await Promise.all([managed, host].map(handBack));
  });

  /** The result of SQL in a database of the server, by its administrator. */
  async function onServer(sql: string, database = "live"): Promise<string> {
    const client = ["psql", "--username", "postgres", "--no-align", "--tuples-only", "--dbname", database];
    return (await managed.docker("exec", "managed", ...client, "--command", sql)).join("\n");
  }

  function configure(more: object = {}, stack: "staging" | "production" = "production"): void {
    const secrets = {
      JWT_SECRET: { source: "generated", length: 32 },
      DATABASE_URL: { source: "environment" },
    };
    released.configure(stack, { secrets, postgres: { external: { url: "DATABASE_URL" } }, ...more });
  }

  function url(database = "live", secret = encoded, more = ""): NodeJS.ProcessEnv {
    return {
      DATABASE_URL: `postgres://notes:${secret}@${managed.address}/${database}?application_name=notes${more}`,
    };
  }

  async function refused(
    environment: NodeJS.ProcessEnv,
    stack: "staging" | "production" = "production",
  ): Promise<string> {
    const { code, stdout, stderr } = await released.up(stack, environment);
    assert.notEqual(code, 0, stdout);
    const said = stdout + stderr;
    assert.ok(!said.includes(password) && !said.includes(encoded), said);
    return said;
  }

  /** Writes down the arguments of all processes on the host, until it is asked for those that hold the password. */
  async function watchProcesses(): Promise<() => Promise<string>> {
    const loop =
      "while [ -e /run/watching ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >>/run/seen; echo >>/run/seen; sleep 0.1; done";
    await host.script(`touch /run/watching; rm -f /run/seen; (${loop}) >/dev/null 2>&1 &`);
    return async () => {
      await host.script("rm -f /run/watching");
      const seen = await host.script("cat /run/seen");
      assert.match(seen, /pg_dump|psql/);
      return seen;
    };
  }

  async function first(): Promise<void> {
    if ((await released.outputs("production")).releases === undefined)
      await released.release("production", url());
  }

  it("is refused before anything is made when it cannot be used, without a word of its password", async () => {
    const before = await host.footprint();
    assert.match(
      await refused({}),
      /towpath:secrets\.DATABASE_URL: no value for|towpath:postgres\.external\.url: no value/,
    );
    assert.match(
      await refused({ DATABASE_URL: `mysql://notes:${encoded}@db/live` }),
      /towpath:postgres\.external\.url: expected the URL of a PostgreSQL database in the secret DATABASE_URL, got a URL that begins with "mysql:\/\/"; write /,
    );
    assert.match(
      await refused(url("live", "wrong")),
      /towpath:postgres\.external\.url: the database live on [\d.]+:5432 does not answer app1, got "connection to server at [^;]+ password authentication failed for user "notes""; correct the secret DATABASE_URL, or have the server let app1 in/,
    );
    assert.match(await refused(url("nothing")), /database "nothing" does not exist/);
    assert.match(
      await refused(url("live", encoded, "&sslmode=require")),
      /server does not support SSL, but SSL was required/,
    );
    assert.deepEqual(await host.footprint(), before);
  });

  it("is migrated and used by a first release, with no server of its own (000-49b, 002-716, 004-201)", async () => {
    const seen = await watchProcesses();
    const { stdout } = await released.up("production", url());
    assert.match(stdout, /postgres: the external database live on [\d.]+:5432, PostgreSQL 15/);
    assert.equal(await onServer("SELECT version_num FROM alembic_version"), "0004");
    assert.equal((await released.ask("production", "/api/health")).status, 200);
    const sessions = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = 'live' AND usename = 'notes'";
    assert.equal(await onServer(sessions), "t");
    const { containers, volumes } = await host.footprint();
    assert.ok(!containers.includes("notes-production-postgres"), containers.join());
    const client = "notes-production-postgres-client";
    assert.deepEqual(await host.docker("inspect", "--format", "{{json .Mounts}}", client), ["[]"]);
    assert.ok(!volumes.includes("notes-production-postgres"), volumes.join());
    const texts = [await seen(), stdout, await host.script("docker ps --all --quiet | xargs docker inspect")];
    texts.push((await released.run(["pulumi", "stack", "export", "--stack", "production"])).stdout);
    for (const text of texts) assert.ok(!text.includes(password) && !text.includes(encoded));
    const { postgres, external } = await released.record("production");
    assert.deepEqual([postgres, external], [15, ["postgres"]]);
  });

  it("is locked, dumped and migrated by the next release while users are served, and gone back from", async () => {
    await first();
    const more = addedMigration({
      revision: "0005",
      after: "0004",
      up: "CREATE TABLE more (id int)",
      down: "DROP TABLE more",
    });
    released.configure("staging", { commit: await released.publish({ api: more }) });
    await released.release("staging");
    const before = await released.record("production");

    configure({ migration: { lockWaitSeconds: 1 } });
    const lock = "SELECT pg_advisory_lock(32773656075662440), pg_sleep(600)";
    const holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'";
    await managed.docker(
      "exec",
      "--detach",
      "--env",
      "PGAPPNAME=somebody else",
      "managed",
      "psql",
      "--username",
      "postgres",
      "--dbname",
      "live",
      "--command",
      lock,
    );
    await until("the lock", 10, async () => (await onServer(holder)) !== "" || undefined);
    assert.match(
      await refused(url()),
      /migrations: another migration or backup holds the lock of the database "live", waited 1 s for "somebody else" since [^;]+; nothing was started/,
    );
    await onServer(`SELECT pg_terminate_backend(pid) FROM (${holder}) AS held`);

    configure();
    const load = new Load(`https://${released.domain("production")}`, host.address);
    try {
      await load.reached(50);
      const seen = await watchProcesses();
      await released.release("production", url());
      assert.ok(!(await seen()).includes(password));
      const { schema, receipts, id } = await released.record("production");
      assert.deepEqual(schema, { before: "0004", after: "0005", applied: ["0005"], destructive: [] });
      const { volume, file, entries } = receipts.backup as unknown as Backup;
      assert.deepEqual([volume, entries > 10], ["notes-production-backups", true]);
      const image = await host.docker(
        "inspect",
        "--format",
        "{{.Image}}",
        "notes-production-postgres-client",
      );
      const restore = ["pg_restore", "--schema-only", "--file=-", `/backups/${file}`];
      const restored = await host.docker(
        "run",
        "--rm",
        "--volume",
        `${volume}:/backups`,
        ...image,
        ...restore,
      );
      assert.match(restored.join("\n"), /CREATE TABLE public\.notes/);
      assert.doesNotMatch(restored.join("\n"), /CREATE TABLE public\.more/);

      const back = await released.run(["rollback", before.id, "--stack", "production", "--yes"], url());
      assert.equal(back.code, 0, back.stdout + back.stderr);
      const { rollbackOf, schema: kept } = await released.record("production");
      assert.deepEqual([rollbackOf, kept?.after], [id, "0005"]);
    } finally {
      const report = await load.stop();
      console.log(`      ${inWords("across a release and a rollback", report)}`);
      assertServed(report);
    }

    const [command = ""] = commandsOf("data.md").filter((one) => one.includes(" backup "));
    const { code, stdout, stderr } = await released.run(
      [...command.replace("npx towpath ", "").split(" "), "--json"],
      url(),
    );
    assert.equal(code, 0, stdout + stderr);
    assert.ok((JSON.parse(stdout) as Backup).entries > 10, stdout);
  });

  it("is moved to, and back, as docs/external-services.md describes", async () => {
    const [look = "", move = "", back = "", ...others] = blocksOf("external-services.md", "bash");
    const [set = "", setRedis = "", setStorage = "", ...switching] = commandsOf("external-services.md");
    assert.deepEqual(others, []);
    await first();
    assert.match(await host.script(look), /count/);
    for (const [command, value = ""] of [
      [set, url().DATABASE_URL],
      [setRedis, "redis://:open%20sesame@cache.example.com:6379/0"],
      [setStorage, "https://AKIA1:s%2Fcret@s3.eu-central-1.amazonaws.com?region=eu-central-1"],
    ] as const) {
      const words = command.replace("npm run pulumi -- ", "pulumi ").split(" ");
      const stored = await released.run([...words, "--", value]);
      assert.equal(stored.code, 0, stored.stderr);
    }
    configure();

    await released.sql("staging", "DELETE FROM notes; INSERT INTO notes (title) VALUES ('kept')");
    const { commit } = released;
    configure({ commit }, "staging");
    assert.match(
      await refused(url("moved"), "staging"),
      /towpath:postgres\.external: users' data is in the environment's own database, got an external one in its place;/,
    );
    released.configure("staging", { commit, maintenance: true });
    await released.release("staging");
    await managed.script(`${exported}\n${onStaging(move, "--dbname moved")}`);
    configure({ commit, maintenance: true }, "staging");
    for (const command of switching) {
      const args = command
        .replace("npm run pulumi -- ", "pulumi ")
        .replace("production", "staging")
        .split(" ");
      const ended = await released.run(args, url("moved"));
      assert.equal(ended.code, 0, `${command}\n${ended.stdout}\n${ended.stderr}`);
    }
    configure({ commit }, "staging");
    await released.release("staging", url("moved"));
    assert.match((await released.ask("staging", "/api/notes")).body, /"kept"/);
    await onServer("UPDATE notes SET title = 'moved'", "moved");
    assert.deepEqual(
      (await managed.footprint()).containers.filter((name) => name.startsWith("notes-staging-postgres")),
      ["notes-staging-postgres-client"],
    );

    released.configure("staging", { commit });
    assert.match(
      await refused({}, "staging"),
      /towpath:postgres\.external: users' data is in an external database, got none, and an empty one would take its place;/,
    );
    await managed.docker("volume", "rm", "notes-staging-postgres");
    released.configure("staging", { commit, maintenance: true });
    await released.release("staging");
    await managed.script(`${exported}\n${onStaging(back, "--dbname moved")}`);
    released.configure("staging", { commit });
    await released.release("staging");
    assert.match((await released.ask("staging", "/api/notes")).body, /"moved"/);
  });

  /** The page's commands with what is there in the place of its examples. */
  function onStaging(block: string, database: string): string {
    return block
      .replaceAll("production", "staging")
      .replaceAll("db.example.com", managed.address)
      .replaceAll("--dbname notes", database)
      .replaceAll("postgres:15", `${released.registry.imageMirror}/library/postgres:15`);
  }
});

/** As a person gives the password to the page's commands. */
const exported = `export PGPASSWORD="${password}"`;
