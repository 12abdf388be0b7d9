/** The migration's step on a real PostgreSQL, with a migration tool of a few lines of shell. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { docker } from "../../support/footprint.ts";
import { until } from "../../support/until.ts";
import { type Container, prefix, run, volume } from "../images/containers.ts";
import { NotesDatabase } from "./notes-database.ts";
import type { BackupReceipt } from "../../../components/contract/database.ts";
import type { MigrateCare, MigrateInput } from "../../../components/contract/migrate.ts";
import { sampled } from "../../support/quick.ts";

const image = `${prefix}/library/postgres:15`;
const labels = { "towpath.test": run, "towpath.part": "migration" };
const url = '"$(cat /run/secrets/DATABASE_URL)"';

/** Migrations that a shell runs: the SQL of each by its revision. */
function tool(
  sql: Readonly<Record<string, string>>,
): Pick<MigrateInput, "command"> &
  Required<Pick<MigrateCare, "current">> &
  Pick<MigrateCare, "pending" | "base"> {
  const psql = `psql ${url} --quiet --no-psqlrc --no-align --tuples-only --set ON_ERROR_STOP=1`;
  const revisions = Object.keys(sql);
  const steps = Object.entries(sql).map(
    ([revision, statement]) =>
      `[ "$now" \\< ${revision} ] && ${psql} --single-transaction --command ${quoted(statement)} --command "INSERT INTO revisions VALUES ('${revision}')"`,
  );
  return {
    current: ["sh", "-c", `${psql} --command "SELECT max(id) FROM revisions" 2>/dev/null || true`],
    pending: [
      "sh",
      "-c",
      `for one in ${revisions.join(" ")}; do [ "$one" \\> {revision} ] && echo "$one"; done; true`,
    ],
    base: "0",
    command: [
      ...["sh", "-c"],
      `set -e; ${psql} --command "CREATE TABLE IF NOT EXISTS revisions (id text)"; now=$(${psql} --command "SELECT coalesce(max(id), '0') FROM revisions")\n` +
        steps.map((step) => `if ${step.replace(" && ", "; then ")}; fi`).join("\n"),
    ],
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const first = {
  "0001": "CREATE TABLE notes (id int, body text)",
  "0002": "INSERT INTO notes SELECT i, repeat('x', 1000) FROM generate_series(1, 500) AS i",
};

describe("a migration of a database with users' data", () => {
  let database: NotesDatabase;
  let server: Container;
  let backups: string;

  before(async () => {
    await buildImages({ images: ["postgres"], prefix });
    database = await NotesDatabase.start();
    ({ server } = database);
    backups = await volume();
  });
  beforeEach(() => database.empty());
  after(() => database.remove());

  const ask = (sql: string): Promise<string> => database.ask(sql);

  function start(sql: Readonly<Record<string, string>>, change: Partial<MigrateInput & MigrateCare> = {}) {
    const { current, pending, base = "", command } = { ...tool(sql), ...change };
    const { lock, timeoutSeconds = 60, backup, limits } = change;
    const input: MigrateInput = {
      ...{
        image,
        network: database.network,
        command,
        environment: {},
        variables: {},
        labels,
        timeoutSeconds,
      },
      ...(limits !== undefined && { limits }),
      files: { DATABASE_URL: database.url },
      care: {
        lock: { ...database.lock, ...lock },
        ...{ current, base },
        ...(pending !== undefined && { pending }),
        ...(backup !== undefined && { backup }),
      },
    };
    return execa("node", ["steps/run.mjs", "migrate"], {
      input: JSON.stringify(input),
      reject: false,
    });
  }

  async function migrate(
    ...args: Parameters<typeof start>
  ): Promise<Record<string, unknown> & { backup?: BackupReceipt }> {
    const { exitCode, stdout, stderr } = await start(...args);
    if (exitCode !== 0) throw new Error(stderr);
    const { seconds, ...receipt } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(typeof seconds, "number");
    return receipt;
  }

  async function failing(...args: Parameters<typeof start>): Promise<string> {
    const { exitCode, stdout, stderr } = await start(...args);
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.doesNotMatch(stderr, /open-sesame/);
    return stderr;
  }

  it("reports what it applied, and runs nothing when the schema is current", async () => {
    assert.deepEqual(await migrate(first), { after: "0002", applied: ["0001", "0002"] });
    const backup = { volume: backups, release: "0123456789ab" };
    const refusing = { command: ["false"], backup };
    assert.deepEqual(await migrate(first, refusing), { before: "0002", after: "0002", applied: [] });
    assert.equal(await dumps(), "");
    const { backup: dump, ...same } = await migrate(first, {
      ...refusing,
      backup: { ...backup, always: true },
    });
    assert.deepEqual(same, { before: "0002", after: "0002", applied: [] });
    const { file } = dump ?? assert.fail("nothing was dumped");
    await inBackups('rm "$1" "$1.json"', file);
    assert.equal(await dumps(), "");
  });

  it("only dumps where a service migrates by itself at its start", async () => {
    await migrate(first);
    const backup = { volume: backups, release: "0123456789ab" };
    const nothing = { command: [], current: undefined, pending: undefined, base: undefined };
    const { backup: dump, ...receipt } = await migrate(first, { ...nothing, backup } as object);
    assert.deepEqual(receipt, { applied: [] });
    assert.ok(dump !== undefined && dump.entries >= 2);
    await inBackups('rm "$1" "$1.json"', dump.file);
  });

  it("dumps the database first, so that it can be restored as it was", async () => {
    await migrate(first);
    const more = { ...first, "0003": "DELETE FROM notes WHERE id > 100" };
    const { backup, ...receipt } = await migrate(more, {
      backup: { volume: backups, release: "0123456789ab" },
    });
    assert.deepEqual(receipt, { before: "0002", after: "0003", applied: ["0003"] });
    assert.equal(await ask("SELECT count(*) FROM notes"), "100");
    assert.ok(backup);
    assert.match(backup.file, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-0123456789ab\.dump$/);
    assert.equal(backup.volume, backups);
    assert.ok(backup.entries >= 2 && backup.seconds > 0);
    assert.equal(
      await inBackups('sha256sum "$1"; stat --format "%s %a %U" "$1"; ls', backup.file),
      `${backup.sha256}  ${backup.file}\n${backup.bytes} 600 root\n${backup.file}\n${backup.file}.json`,
    );
    await ask("CREATE DATABASE restored");
    const restore = 'pg_restore --host 127.0.0.1 --username notes --dbname restored --exit-on-error "$1"';
    await inBackups(restore, backup.file);
    const rows = "psql --username notes --dbname restored --no-align --tuples-only --command";
    assert.equal(await server.shell(`${rows} 'SELECT count(*), sum(length(body)) FROM notes'`), "500|500000");
    assert.equal(await server.shell(`${rows} 'SELECT max(id) FROM revisions'`), "0002");
    await ask("DROP DATABASE restored");
  });

  sampled("does not begin when the disk for the dumps is full", async () => {
    await migrate(first);
    const small = `${run}-small`;
    const tmpfs = ["--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=64k"];
    await docker(["volume", "create", "--label", `towpath.test=${run}`, ...tmpfs, small]);
    await ask("CREATE TABLE much AS SELECT md5(i::text) FROM generate_series(1, 20000) AS i");
    const more = { ...first, "0003": "DROP TABLE notes" };
    const said = await failing(more, { backup: { volume: small, release: "0123456789ab" } });
    assert.match(
      said,
      /^backup: the host's disk is full, got no room for \S+-0123456789ab\.dump in the volume \S+-small; neither the database nor what runs was touched: free some on the host, or remove old dumps from that volume and run the command again$/,
    );
    assert.equal(await ask("SELECT count(*) FROM notes"), "500");
  });

  it("does not begin without a dump, a lock or a revision, and reports why", async () => {
    await ask("CREATE DATABASE broken");
    const damage =
      "CREATE SCHEMA lost; CREATE TABLE lost.notes (); DELETE FROM pg_namespace WHERE nspname = 'lost'";
    await server.shell(`psql --username notes --dbname broken --quiet --command "${damage}"`);
    assert.match(
      await failing(first, {
        lock: { database: "broken" } as MigrateCare["lock"],
        backup: { volume: backups, release: "0123456789ab" },
      }),
      /^backup: the database "broken" could not be dumped, got "pg_dump: error: schema with OID \d+ does not exist"; neither the database nor what runs was touched: mend that and run the command again$/,
    );
    await ask("DROP DATABASE broken");
    const lock = { administrator: "nobody" } as MigrateCare["lock"];
    assert.match(
      await failing(first, { lock }),
      /^migrations: the database cannot be locked in \S+: psql: error: .*role "nobody" does not exist$/,
    );
    assert.equal(
      await failing(first, { current: ["echo", "at;once"] }),
      'migrations.current: expected a revision of letters, digits, "_", "." and "-", got "at;once"; name a command that prints it first, and several heads a line each',
    );
    assert.match(
      await failing(first, { current: ["sh", "-c", "echo no such database; exit 2"] }),
      /^migrations: "sh -c echo no such database; exit 2" ended with exit code 2, nothing was started; its last log lines:\n {2}\| no such database$/,
    );
    assert.equal(await ask("SELECT to_regclass('revisions')"), "");
  });

  it("reports where the schema is when it fails half way, and continues from there", async () => {
    const broken = { ...first, "0003": "SELECT 1/0" };
    const said = await failing(broken, { backup: { volume: backups, release: "0123456789ab" } });
    assert.match(
      said,
      /^migrations: "sh -c [\s\S]*" ended with exit code 1, the schema is at 0002, from an empty database, \S+-0123456789ab\.dump in the volume \S+ is from before, nothing new was started; its last log lines:\n {2}\| ERROR: {2}division by zero$/,
    );
    assert.equal(await ask("SELECT count(*) FROM notes"), "500");
    const mended = { ...first, "0003": "DELETE FROM notes", "0004": "SELECT 1" };
    assert.deepEqual(await migrate(mended), { before: "0002", after: "0004", applied: ["0003", "0004"] });
  });

  sampled("is ended at its memory limit, reports that, and ends nothing else", async () => {
    const limits = { memory: 64 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" };
    // Not every engine hears from the kernel why a process was killed.
    assert.match(
      await failing(first, { limits, command: ["tail", "/dev/zero"] }),
      /^migrations: "tail \/dev\/zero" (?:needed more memory than its limit of 64 MiB|was killed \(exit code 137\), as for want of memory, of which it has 64 MiB), the schema is at no revision, from an empty database, nothing new was started; (?:if nobody ended it, )?raise towpath:limits\.memory, or do the work in smaller parts; its last log lines:\n {2}\(it logged nothing\)$/,
    );
    const much = await failing(first, {
      limits,
      command: ["dd", "if=/dev/zero", "of=/tmp/much", "bs=1M", "count=33"],
    });
    assert.match(
      much,
      /^migrations: "dd .*" found no room: \/tmp holds 32 MiB, half of its memory, or the disk is full, the schema is at no revision, from an empty database, nothing new was started; raise towpath:limits\.memory, write less to \/tmp, or free some of the disk; its last log lines:\n {2}\| dd: error writing '\/tmp\/much': No space left on device$/m,
    );
    assert.deepEqual(await migrate(first, { limits }), { after: "0002", applied: ["0001", "0002"] });
  });

  it("waits for another one to end, and names it when the time is up", async () => {
    const slow = start({ ...first, "0003": "SELECT pg_sleep(4)" });
    await until(
      "the other migration",
      20,
      async () =>
        (await ask(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(4)%' AND pid <> pg_backend_pid()",
        )) !== "" || undefined,
    );
    const lock = { waitSeconds: 1 } as MigrateCare["lock"];
    const [said, waited] = await Promise.all([
      failing(first, { lock }),
      migrate({ ...first, "0003": "SELECT 2" }),
    ]);
    assert.match(
      said,
      /^migrations: another migration or backup holds the lock of the database "notes", waited 1 s for "towpath by \S+ on \S+" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(process \d+ of the server\); nothing was started: run the command again when that one is done, or wait longer with towpath:migration\.lockWaitSeconds$/,
    );
    assert.deepEqual(waited, { before: "0003", after: "0003", applied: [] });
    assert.equal((await slow).exitCode, 0);
  });

  sampled("is ended when its lock is lost, and is not recorded", async () => {
    const slow = failing({ ...first, "0003": "SELECT pg_sleep(8)" });
    const asleep = "query LIKE '%pg_sleep(8)%' AND pid <> pg_backend_pid()";
    await until(
      "the migration",
      20,
      async () => (await ask(`SELECT 1 FROM pg_stat_activity WHERE ${asleep}`)) !== "" || undefined,
    );
    await ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'towpath by %'",
    );
    assert.match(
      await slow,
      /^migrations: the lock of the database "notes" was lost, got "FATAL: terminating connection due to administrator command"; "sh -c [\s\S]*" does not go on without it, the schema is at 0002, from an empty database, nothing new was started: run the command again, which waits for any other migration$/,
    );
    assert.deepEqual(
      await docker([
        "ps",
        "--quiet",
        "--filter",
        `label=towpath.test=${run}`,
        "--filter",
        "label=towpath.part",
      ]),
      [],
    );
    assert.deepEqual(await migrate(first), { before: "0002", after: "0002", applied: [] });
  });

  it("continues after its starter was killed, and the next one waits for it", async () => {
    const slow = { ...first, "0003": "SELECT pg_sleep(3)" };
    const killed = start(slow);
    await until(
      "the migration",
      20,
      async () =>
        (await ask(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)%' AND pid <> pg_backend_pid()",
        )) !== "" || undefined,
    );
    killed.kill("SIGKILL");
    assert.deepEqual(await migrate(slow), { before: "0003", after: "0003", applied: [] });
    assert.equal(await ask("SELECT count(*) FROM revisions"), "3");
  });

  it("leaves no container behind", async () => {
    assert.deepEqual(
      await docker([
        "ps",
        "--all",
        "--quiet",
        "--filter",
        `label=towpath.test=${run}`,
        "--filter",
        "label=towpath.part",
      ]),
      [],
    );
  });

  const dumps = (): Promise<string> => inBackups("ls", "");

  /** Runs a script beside the server, in the folder of the dumps. */
  async function inBackups(script: string, file: string): Promise<string> {
    const options = [
      "--network",
      `container:${server.name}`,
      "--volume",
      `${backups}:/backups`,
      "--workdir",
      "/backups",
    ];
    return (
      await docker(["run", "--rm", ...options, "--entrypoint", "sh", image, "-c", script, "sh", file])
    ).join("\n");
  }
});
