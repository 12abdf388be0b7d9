import { hostname, userInfo } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as timer } from "node:timers/promises";
import { lockHolder, tryLock } from "../../components/backup/program/lock.mjs";
import type { DatabaseLock } from "../../components/contract/database.ts";
import { saysCut } from "../../components/host/ssh-failure.ts";
import { until } from "../../components/input/until.ts";
import type { Machine } from "../machine/machine.ts";
import { reach } from "../machine/reach.ts";
import { StepFailure } from "../program.ts";

/** The time that the client may take to answer one question, in seconds. */
const answerSeconds = 30;

/** The time that the session may take to end, in seconds; one that does not is left to the server. */
const endSeconds = 5;

/** The time to wait before asking again, in seconds. */
const askAgainSeconds = 0.5;

/** The time between two looks at the session that holds the lock, in seconds: its client is not notified of its end. */
const lookAgainSeconds = 2;

/** A lock and its purpose, with which messages begin. */
export interface TakenLock extends DatabaseLock {
  readonly subject: "migrations" | "backup" | "restore" | "template";
}

/** The lock was this process's, and is no more. */
export class LockLost extends StepFailure {}

/** Another session has the lock. */
class LockHeld extends Error {}

/** The session has ended, or does not answer. `said` holds its own message; it is empty where it was only cut off. */
class SessionEnded extends StepFailure {
  readonly said: string;

  constructor(message: string, said: string) {
    super(message);
    this.said = said;
  }
}

/**
 * Does the work while this process holds the database's lock, and nobody else's does.
 *
 * The lock belongs to a session that lasts as long as the work; it is free again when the session ends, however it ends.
 * The work's signal is then aborted with a LockLost, and its result does not count.
 */
export async function withDatabaseLock<T>(
  machine: Machine,
  lock: TakenLock,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  let session = await takeLock(machine, lock).catch((error: unknown) => {
    throw error instanceof LockHeld ? new StepFailure(heldMessage(lock, error.message)) : error;
  });
  const lost = new AbortController();
  const done = new AbortController();
  const watch = async (): Promise<void> => {
    // Looked at once more when the work is done: what it did without the lock is not to be recorded.
    for (let ends = false; !ends;) {
      const wait = timer(lookAgainSeconds * 1000, false, { signal: done.signal }).catch(() => true);
      ends = await Promise.race([wait, session.ended.catch(() => done.signal.aborted)]);
      session = await holding(machine, lock, session);
    }
  };
  const watching = watch().catch((error: unknown) => {
    lost.abort(error);
  });
  try {
    const result = await work(lost.signal);
    done.abort();
    await watching;
    lost.signal.throwIfAborted();
    return result;
  } finally {
    done.abort();
    await watching;
    await session.end();
  }
}

/**
 * A session that has the lock.
 *
 * Asking again and again leaves no query waiting, which would block a `CREATE INDEX CONCURRENTLY` of the one who holds it.
 *
 * @throws LockHeld
 */
async function takeLock(machine: Machine, lock: TakenLock): Promise<Session> {
  const session = openSession(machine, lock);
  try {
    const taken = await until(
      () => session.ask(tryLock),
      (answer) => answer === "t",
      { deadline: Date.now() + lock.waitSeconds * 1000, interval: askAgainSeconds * 1000 },
    );
    if (taken !== "t") throw new LockHeld(await session.ask(lockHolder));
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

/**
 * The session that has the lock now. One that was cut off without a word, as by a connection to the host that was lost, has
 * a successor: nobody else migrates here meanwhile, for each waits for the runs of the others.
 *
 * @throws LockLost
 */
async function holding(machine: Machine, lock: TakenLock, session: Session): Promise<Session> {
  try {
    await session.ask("SELECT 1");
    return session;
  } catch (error) {
    if (!(error instanceof SessionEnded)) throw error;
    if (error.said !== "") throw new LockLost(lostMessage(lock, error.said));
  }
  await session.end();
  try {
    await reach();
    return await takeLock(machine, lock);
  } catch (error) {
    const why = (error as Error).message.replace(`${lock.subject}: `, "");
    throw new LockLost(lostMessage(lock, error instanceof LockHeld ? `now held by ${why}` : why));
  }
}

/** A session of psql where the server runs. */
interface Session {
  /** Fails when the session has ended. */
  readonly ended: Promise<never>;
  /** The one line that a query answers; nothing, where it has none. */
  readonly ask: (query: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

function openSession(machine: Machine, { subject, container, administrator, database }: TakenLock): Session {
  const client = machine.open(
    container,
    [
      "psql",
      "--quiet",
      "--no-psqlrc",
      "--no-align",
      "--tuples-only",
      "--set",
      "ON_ERROR_STOP=1",
      "--username",
      administrator,
      "--dbname",
      database,
    ],
    { PGAPPNAME: sessionName(subject) },
  );
  let complaint = "";
  client.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    const fail = (why: string, said = ""): void => {
      reject(new SessionEnded(`${subject}: the database cannot be locked in ${container}: ${why}`, said));
    };
    client.on("error", (error) => {
      fail(error.message);
    });
    client.on("close", () => {
      const said = complaint.trim();
      // A message about the way to the machine is not the server's.
      fail(said || "psql ended by itself", saysCut(said) ? "" : said);
    });
  });
  // Reported where somebody asks; a session that ends after its work is no failure.
  ended.catch(() => undefined);
  client.stdin.on("error", () => undefined);
  return {
    ended,
    ask: async (query) => {
      client.stdin.write(`${query};\n`);
      const late = timer(answerSeconds * 1000, undefined, { ref: false }).then(() => {
        const message = `${subject}: the database in ${container} did not answer within ${answerSeconds} s`;
        throw new SessionEnded(message, "");
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

/** The name of the session, which shows who has the lock to whoever waits for it. */
function sessionName(subject: TakenLock["subject"]): string {
  return `towpath${subject === "migrations" ? "" : ` ${subject}`} by ${userInfo().username} on ${hostname()}`;
}

function heldMessage({ subject, database, waitSeconds }: TakenLock, holder: string): string {
  if (subject === "template") {
    return `template: another run makes it, waited ${waitSeconds} s for ${holder}; nothing was started: run the command again when that one is done`;
  }
  return (
    `${subject}: another migration or backup holds the lock of the database "${database}", waited ${waitSeconds} s for ${holder}; ` +
    "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds"
  );
}

function lostMessage({ subject, database }: TakenLock, why: string): string {
  const [line = ""] = why.split("\n");
  return `${subject}: the lock of the database "${database}" was lost, got "${line.replaceAll(/\s+/g, " ")}"`;
}
