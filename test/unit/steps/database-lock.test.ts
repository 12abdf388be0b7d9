/**
 * The lock of a database, with a fake `docker` in which a session with psql goes on.
 *
 * It cannot prove that PostgreSQL keeps two sessions apart: test/e2e/hosts lets two migrations meet.
 */
import assert from "node:assert/strict";
import { hostname, userInfo } from "node:os";
import { withDatabaseLock, type DatabaseLock } from "../../../steps/database-lock.ts";
import { playing, typed, type Call } from "./play.ts";

const lock: DatabaseLock = { container: "db", administrator: "postgres", database: "notes", waitSeconds: 0 };
const tryLock = "SELECT pg_try_advisory_lock(32773656075662440::bigint);";

/** What the work gives back, or the message that it fails with, and whether it began. */
async function locked(
  script: string,
  change: Partial<DatabaseLock> = {},
  work: () => Promise<string> = () => Promise.resolve("done"),
): Promise<{ said: string; began: boolean; calls: Call[] }> {
  let began = false;
  const { result: said, calls } = await playing(script, () =>
    withDatabaseLock({ ...lock, ...change }, () => {
      began = true;
      return work();
    }).catch((error: unknown) => (error as Error).message),
  );
  return { said, began, calls };
}

function queries(calls: readonly Call[]): string[] {
  return calls[0]?.input.toString().trimEnd().split("\n") ?? [];
}

describe("the lock of a database", function () {
  this.timeout(30_000);

  it("is held by a session that says whose it is, and ends with the work", async () => {
    const { said, calls } = await locked(`answer_queries 'echo t'; echo ended >>"$here/input"`);
    assert.equal(said, "done");
    assert.deepEqual(typed(calls), [
      "exec --interactive --env PGAPPNAME db psql --quiet --no-psqlrc --no-align --tuples-only " +
        "--set ON_ERROR_STOP=1 --username postgres --dbname notes",
    ]);
    assert.deepEqual(queries(calls), [tryLock, "ended"]);
    const names = /^PGAPPNAME=(.*)$/m.exec(calls[0]?.environment ?? "");
    assert.equal(names?.[1], `towpath by ${userInfo().username} on ${hostname()}`);
  });

  it("is waited for while another has it", async () => {
    const { said, calls } = await locked(
      `n=0; answer_queries 'n=$((n + 1)); if [ $n = 1 ]; then echo f; else echo t; fi'`,
      { waitSeconds: 20 },
    );
    assert.equal(said, "done");
    assert.deepEqual(queries(calls), [tryLock, tryLock]);
  });

  it("is not waited for longer than one may, and it is said for whom", async () => {
    const holder = `"towpath by ann on laptop" since 2026-01-02 03:04:05 "UTC" (process 77 of the server)`;
    const { said, began, calls } = await locked(
      `answer_queries 'case "$query" in *try_advisory*) echo f ;; *) echo "${holder.replaceAll('"', String.raw`\"`)}" ;; esac'`,
    );
    assert.equal(
      said,
      `migrations: another migration holds the lock of the database "notes", waited 0 s for ${holder}; ` +
        "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds",
    );
    assert.equal(began, false);
    assert.equal(queries(calls).length, 2);
  });

  it("is free again when the work fails", async () => {
    const { said, calls } = await locked(`answer_queries 'echo t'; echo ended >>"$here/input"`, {}, () =>
      Promise.reject(new Error("migrations: failed")),
    );
    assert.equal(said, "migrations: failed");
    assert.deepEqual(queries(calls), [tryLock, "ended"]);
  });

  it("cannot be had from a server that refuses the session, or ends it", async () => {
    const refused = await locked(`refuse 'psql: error: FATAL:  database "notes" does not exist' 2`);
    assert.equal(
      refused.said,
      'migrations: the database cannot be locked in db: psql: error: FATAL:  database "notes" does not exist',
    );
    const ended = await locked("exit 0");
    assert.equal(ended.said, "migrations: the database cannot be locked in db: psql ended by itself");
    assert.deepEqual([refused.began, ended.began], [false, false]);
  });

  it("cannot be had without a docker client", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(
        withDatabaseLock(lock, () => Promise.resolve()),
        { message: "migrations: the database cannot be locked in db: spawn docker ENOENT" },
      );
    } finally {
      process.env.PATH = path;
    }
  });

  it("does not make a failure of a session that ends after its work has begun", async () => {
    const { said } = await locked(`IFS= read -r query; echo t; exit 1`);
    assert.equal(said, "done");
  });
});
