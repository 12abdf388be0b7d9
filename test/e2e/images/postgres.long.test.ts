import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { Container, assertUser, eventually, removeAll, volume, prefix } from "./containers.ts";

const image = `${prefix}/library/postgres:15`;
const data = "/var/lib/postgresql/data";

describe("the mirror's PostgreSQL image", () => {
  let folder = "";

  before(() => buildImages({ images: ["postgres"], prefix }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-postgres-"));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    await removeAll();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string, mode = 0o644): string {
    const path = join(folder, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  /** Runs SQL over TCP, where a password is asked for. */
  function query(server: Container, password: string, sql: string): Promise<string> {
    return server.shell(
      `PGPASSWORD=${password} psql --host $(hostname -i) --username app --dbname notes --no-align --tuples-only --command "${sql}"`,
    );
  }

  function asApp(password: string): string[] {
    return [
      "--env",
      "POSTGRES_USER=app",
      "--env",
      `POSTGRES_PASSWORD=${password}`,
      "--env",
      "POSTGRES_DB=notes",
    ];
  }

  it("takes the password from a file that only root reads, runs the scripts in order, and does not run as root", async () => {
    const secret = file("password", "first\n", 0o400);
    file(
      "1-table.sh",
      'psql --username "$POSTGRES_USER" "$POSTGRES_DB" --command "create table a (i int)"\necho "[$NOT_SET]"\n',
    );
    file("2-row.sql", "insert into a values (42);\n");
    const server = await Container.start(image, [
      ...["--env", "POSTGRES_USER=app", "--env", "POSTGRES_DB=notes"],
      ...[
        "--env",
        "POSTGRES_PASSWORD_FILE=/run/secrets/password",
        "--volume",
        `${secret}:/run/secrets/password:ro`,
      ],
      ...["--volume", `${folder}/1-table.sh:/docker-entrypoint-initdb.d/1-table.sh:ro`],
      ...["--volume", `${folder}/2-row.sql:/docker-entrypoint-initdb.d/2-row.sql:ro`],
    ]);
    const rows = await eventually(() => query(server, "first", "select i from a"));
    assert.equal(rows, "42");
    await assert.rejects(query(server, "wrong", "select 1"), /password authentication failed for user "app"/);
    await assertUser(server, 999);
    assert.equal(await server.shell('stat --format "%U %a" $PGDATA'), "postgres 700");
  });

  it("keeps its data when it is stopped, which takes seconds and succeeds, and then starts without a password", async () => {
    const place = await volume();
    const first = await Container.start(image, [...asApp("p"), "--volume", `${place}:${data}`]);
    await eventually(() => query(first, "p", "create table a as select 7 as i"));
    const { seconds, exitCode } = await first.stop();
    assert.equal(exitCode, 0);
    assert.ok(seconds < 10, `stopped after ${seconds} s`);

    const second = await Container.start(
      image,
      ["--volume", `${place}:${data}`],
      ["-c", "max_connections=33"],
    );
    assert.equal(await eventually(() => query(second, "p", "select i from a")), "7");
    assert.equal(await query(second, "p", "show max_connections"), "33");
    assert.doesNotMatch(await second.logs(), /initdb/);
  });

  it("sorts as the official image does", async () => {
    const server = await Container.start(image, asApp("p"));
    const sql = "select datcollate from pg_database where datname = current_database()";
    assert.equal(await eventually(() => query(server, "p", sql)), "en_US.utf8");
  });

  it("starts over after it was killed while its scripts ran", async () => {
    const place = await volume();
    const slow = file("slow.sh", "echo waiting\nsleep 600\n");
    const options = [...asApp("p"), "--volume", `${place}:${data}`];
    const first = await Container.start(image, [
      ...options,
      "--volume",
      `${slow}:/docker-entrypoint-initdb.d/slow.sh:ro`,
    ]);
    await eventually(async () => {
      assert.match(await first.logs(), /^waiting$/m);
    });
    await first.shell(`test -s ${data}/PG_VERSION`);
    await first.kill();

    const quick = file("quick.sql", "create table a as select 7 as i;\n");
    const second = await Container.start(image, [
      ...options,
      "--volume",
      `${quick}:/docker-entrypoint-initdb.d/quick.sql:ro`,
    ]);
    assert.equal(await eventually(() => query(second, "p", "select i from a")), "7");
    assert.match(await second.logs(), /made only in part, an earlier start was stopped; beginning anew/);
  });

  it("works after it was killed at any moment of its start", async () => {
    const options = [...asApp("p"), "--volume", `${await volume()}:${data}`];
    for (const milliseconds of [150, 400, 700, 1000, 1500, 2000]) {
      const server = await Container.start(image, options);
      await sleep(milliseconds);
      await server.kill();
    }
    const last = await Container.start(image, options);
    assert.equal(await eventually(() => query(last, "p", "select 1")), "1");
  });

  it("does not mistake good data for incomplete data: what was written survives a kill", async () => {
    const options = [...asApp("p"), "--volume", `${await volume()}:${data}`];
    const first = await Container.start(image, options);
    await eventually(() => query(first, "p", "create table a as select 7 as i"));
    await first.kill();
    const second = await Container.start(image, options);
    assert.equal(await eventually(() => query(second, "p", "select i from a")), "7");
  });

  it("stops at once while its scripts run", async () => {
    const slow = file("slow.sh", "echo waiting\nsleep 600\n");
    const server = await Container.start(image, [
      ...asApp("p"),
      "--volume",
      `${slow}:/docker-entrypoint-initdb.d/slow.sh:ro`,
    ]);
    await eventually(async () => {
      assert.match(await server.logs(), /^waiting$/m);
    });
    const { seconds, exitCode } = await server.stop();
    assert.equal(exitCode, 143);
    assert.ok(seconds < 5, `stopped after ${seconds} s`);
  });

  it("reports what it lacks", async () => {
    const withoutPassword = await Container.start(image);
    assert.equal(await withoutPassword.ended(), 1);
    assert.equal(
      await withoutPassword.logs(),
      "docker-entrypoint.sh: POSTGRES_PASSWORD: missing; set it or POSTGRES_PASSWORD_FILE (or POSTGRES_HOST_AUTH_METHOD=trust, which lets everybody in)",
    );

    const missing = ["--env", "POSTGRES_PASSWORD_FILE=/run/secrets/nowhere"];
    const withoutFile = await Container.start(image, missing);
    assert.equal(await withoutFile.ended(), 1);
    assert.equal(
      await withoutFile.logs(),
      "docker-entrypoint.sh: POSTGRES_PASSWORD_FILE: cannot be read, got /run/secrets/nowhere; mount the file there",
    );

    file("notes.txt", "mine");
    const foreign = await Container.start(image, [...asApp("p"), "--volume", `${folder}:${data}`]);
    assert.equal(await foreign.ended(), 1);
    assert.equal(
      await foreign.logs(),
      `docker-entrypoint.sh: PGDATA: neither empty nor a database, got ${data} with notes.txt; use a folder below it`,
    );
    assert.equal(statSync(folder).uid, 0);
  });
});
