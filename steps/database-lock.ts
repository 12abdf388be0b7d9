import { spawn } from "node:child_process";
import { hostname, userInfo } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as timer } from "node:timers/promises";
import { pause, StepFailure } from "./program.ts";

/** The lock of one database, by which whoever migrates keeps others out. */
export interface DatabaseLock {
  /** The server's container. */
  readonly container: string;
  /** The role that may do everything, and needs no password inside the container. */
  readonly administrator: string;
  readonly database: string;
  /** How long to wait for another migration to end, in seconds. */
  readonly waitSeconds: number;
}

/** The number of the lock: any will do that nothing else in the database uses. These are the letters `towpath`. */
const lockNumber = "32773656075662440";

/** How long the client may take to answer one question, in seconds. */
const answerSeconds = 30;

/** How long the session may take to end, in seconds; one that does not is left to the server. */
const endSeconds = 5;

/** How long to wait before asking again, in seconds. */
const askAgainSeconds = 0.5;

/**
 * Does the work while this process holds the database's lock, and nobody else's does.
 *
 * The lock belongs to a session that lasts as long as the work; it is free again when the session ends, however it ends.
 * Asking again and again leaves no query waiting, which would block a `CREATE INDEX CONCURRENTLY` of the one who holds it.
 */
export async function withDatabaseLock<T>(lock: DatabaseLock, work: () => Promise<T>): Promise<T> {
  const session = openSession(lock);
  try {
    const deadline = Date.now() + lock.waitSeconds * 1000;
    while ((await session.ask(`SELECT pg_try_advisory_lock(${lockNumber}::bigint)`)) !== "t") {
      if (Date.now() >= deadline) throw new StepFailure(await heldMessage(lock, session));
      await pause(askAgainSeconds);
    }
    return await work();
  } finally {
    await session.end();
  }
}

/** A session of psql in the server's container. */
interface Session {
  /** The one line that a query answers; nothing, where it has none. */
  readonly ask: (query: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

function openSession({ container, administrator, database }: DatabaseLock): Session {
  const client = spawn(
    "docker",
    [
      ...["exec", "--interactive", "--env", "PGAPPNAME", container],
      ...["psql", "--quiet", "--no-psqlrc", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"],
      ...["--username", administrator, "--dbname", database],
    ],
    { env: { ...process.env, PGAPPNAME: sessionName() }, stdio: ["pipe", "pipe", "pipe"] },
  );
  let complaint = "";
  client.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    const fail = (why: string): void => {
      reject(new StepFailure(`migrations: the database cannot be locked in ${container}: ${why}`));
    };
    client.on("error", (error) => {
      fail(error.message);
    });
    client.on("close", () => {
      fail(complaint.trim() || "psql ended by itself");
    });
  });
  // Told where somebody asks; a session that ends after its work is no failure.
  ended.catch(() => undefined);
  client.stdin.on("error", () => undefined);
  return {
    ask: async (query) => {
      client.stdin.write(`${query};\n`);
      const late = timer(answerSeconds * 1000, undefined, { ref: false }).then(() => {
        throw new StepFailure(
          `migrations: the database in ${container} did not answer within ${answerSeconds} s`,
        );
      });
      late.catch(() => undefined);
      const line = await Promise.race([lines.next(), ended, late]);
      // The output ends just before the client is known to have ended.
      return line.done === true ? await ended : line.value;
    },
    end: async () => {
      client.stdin.end();
      await Promise.race([ended.catch(() => undefined), timer(endSeconds * 1000, undefined, { ref: false })]);
      client.kill();
    },
  };
}

/** Who deploys, for the one who waits for the lock. */
function sessionName(): string {
  return `towpath by ${userInfo().username} on ${hostname()}`;
}

async function heldMessage({ database, waitSeconds }: DatabaseLock, session: Session): Promise<string> {
  const holder = await session.ask(
    "SELECT coalesce((SELECT format('\"%s\" since %s (process %s of the server)', application_name, " +
      "to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"'), pid) " +
      "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1 " +
      `AND (classid::bigint << 32 | objid::bigint) = ${lockNumber}::bigint ` +
      "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1), 'nobody any more')",
  );
  return (
    `migrations: another migration holds the lock of the database "${database}", waited ${waitSeconds} s for ${holder}; ` +
    "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds"
  );
}
