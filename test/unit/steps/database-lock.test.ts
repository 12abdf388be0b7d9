/**
 * The lock of a database, with a fake `docker` in which a session with psql goes on.
 *
 * It cannot prove that PostgreSQL keeps two sessions apart: test/e2e/hosts lets two migrations meet.
 */
import assert from "node:assert/strict";
import { hostname, userInfo } from "node:os";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { LockLost, withDatabaseLock, type TakenLock } from "../../../steps/database/database-lock.ts";
import { playing, typed, type Call } from "./play.ts";

const lock: TakenLock = {
  ...{ subject: "migrations", container: "db", administrator: "postgres" },
  ...{ database: "notes", waitSeconds: 0 },
};
const tryLock = "SELECT pg_try_advisory_lock(32773656075662440::bigint);";

/** Returns the result of the work, or the message that it fails with, and whether it began. */
async function locked(
  script: string,
  change: Partial<TakenLock> = {},
  work: (lost: AbortSignal) => Promise<string> = () => Promise.resolve("done"),
): Promise<{ said: string; began: boolean; calls: Call[] }> {
  let began = false;
  const { result: said, calls } = await playing(script, () =>
    withDatabaseLock(dockerMachine, { ...lock, ...change }, (lost) => {
      began = true;
      return work(lost);
    }).catch((error: unknown) => (error as Error).message),
  );
  return { said, began, calls };
}

function queries(calls: readonly Call[]): string[] {
  return calls[0]?.input.toString().trimEnd().split("\n") ?? [];
}

describe("the lock of a database", function () {
  this.timeout(30_000);

  it("is held by a session that names its owner, and ends with the work", async () => {
    const { said, calls } = await locked(`answer_queries 'echo t'; echo ended >>"$here/input"`);
    assert.equal(said, "done");
    assert.deepEqual(typed(calls), [
      "exec -i --env PGAPPNAME db psql --quiet --no-psqlrc --no-align --tuples-only " +
        "--set ON_ERROR_STOP=1 --username postgres --dbname notes",
    ]);
    assert.deepEqual(queries(calls), [tryLock, "SELECT 1;", "ended"]);
    const names = /^PGAPPNAME=(.*)$/m.exec(calls[0]?.environment ?? "");
    assert.equal(names?.[1], `towpath by ${userInfo().username} on ${hostname()}`);
  });

  it("is waited for while another has it", async () => {
    const { said, calls } = await locked(
      `n=0; answer_queries 'n=$((n + 1)); if [ $n = 1 ]; then echo f; else echo t; fi'`,
      { waitSeconds: 20 },
    );
    assert.equal(said, "done");
    assert.deepEqual(queries(calls), [tryLock, tryLock, "SELECT 1;"]);
  });

  it("is waited for only as long as allowed, and its owner is reported", async () => {
    const holder = `"towpath by ann on laptop" since 2026-01-02 03:04:05 "UTC" (process 77 of the server)`;
    const { said, began, calls } = await locked(
      `answer_queries 'case "$query" in *try_advisory*) echo f ;; *) echo "${holder.replaceAll('"', String.raw`\"`)}" ;; esac'`,
    );
    assert.equal(
      said,
      `migrations: another migration or backup holds the lock of the database "notes", waited 0 s for ${holder}; ` +
        "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds",
    );
    assert.equal(began, false);
    assert.equal(queries(calls).length, 2);
  });

  it("is released when the work fails", async () => {
    const { said, calls } = await locked(`answer_queries 'echo t'; echo ended >>"$here/input"`, {}, () =>
      Promise.reject(new Error("migrations: failed")),
    );
    assert.equal(said, "migrations: failed");
    assert.deepEqual(queries(calls), [tryLock, "SELECT 1;", "ended"]);
  });

  it("cannot be taken from a server that refuses the session, or ends it", async () => {
    const refused = await locked(`refuse 'psql: error: FATAL:  database "notes" does not exist' 2`);
    assert.equal(
      refused.said,
      'migrations: the database cannot be locked in db: psql: error: FATAL:  database "notes" does not exist',
    );
    const ended = await locked("exit 0");
    assert.equal(ended.said, "migrations: the database cannot be locked in db: psql ended by itself");
    assert.deepEqual([refused.began, ended.began], [false, false]);
  });

  it("cannot be taken without a docker client", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(
        withDatabaseLock(dockerMachine, lock, () => Promise.resolve()),
        { message: "migrations: the database cannot be locked in db: spawn docker ENOENT" },
      );
    } finally {
      process.env.PATH = path;
    }
  });

  const lost = (why: string): string => `migrations: the lock of the database "notes" was lost, got "${why}"`;
  const terminated =
    "FATAL:  terminating connection due to administrator command\\nserver closed the connection unexpectedly";

  it("is lost when the server ends the session, and the work is notified", async () => {
    let heard: unknown;
    const { said } = await locked(
      `IFS= read -r query; echo t; IFS= read -r query; printf '${terminated}' >&2; exit 2`,
      {},
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            heard = signal.reason;
            reject(signal.reason as Error);
          });
        }),
    );
    assert.equal(said, lost("FATAL: terminating connection due to administrator command"));
    assert.ok(heard instanceof LockLost);
  });

  it("is checked once more when the work is done, which does not count without it", async () => {
    const { said, calls } = await locked(
      `IFS= read -r query; echo t; IFS= read -r query; echo "$query" >>"$here/input"; printf '${terminated}' >&2; exit 2`,
    );
    assert.equal(said, lost("FATAL: terminating connection due to administrator command"));
    assert.deepEqual(queries(calls), ["SELECT 1;"]);
  });

  it("is taken again by another session when the connection of the first was cut", async () => {
    for (const cut of ["", "error during connect: Post http://x/exec: EOF"]) {
      const { said, calls } = await locked(
        `case $call in 1) IFS= read -r query; echo t; echo '${cut}' >&2; exit 1 ;; *) answer_queries 'echo t' ;; esac`,
      );
      assert.equal(said, "done");
      assert.deepEqual(queries(calls.slice(1)), [tryLock]);
    }
  });

  it("is lost when another session has taken it meanwhile, or the server is gone", async () => {
    const first = "1) IFS= read -r query; echo t; exit 1 ;;";
    const held = await locked(
      `case $call in ${first} *) answer_queries 'case "$query" in *try_advisory*) echo f ;; *) echo somebody ;; esac' ;; esac`,
    );
    assert.equal(held.said, lost("now held by somebody"));
    const gone = await locked(`case $call in ${first} *) refuse "container db is not running" ;; esac`);
    assert.equal(gone.said, lost("the database cannot be locked in db: container db is not running"));
  });
});
