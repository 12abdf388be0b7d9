import { isLocked } from "../../components/backup/program/lock.mjs";
import type { AdministeredServer } from "../../components/contract/database.ts";
import type { Content } from "../../components/contract/restore.ts";
import type { Machine } from "../machine/machine.ts";
import { pause } from "../program.ts";
import { StepFailure } from "../step-failure.ts";
import { askSql, identifier, literal, runSql } from "./databases.ts";

/** How often the names are changed anew when somebody connects in the middle of it. */
const tries = 5;

/** The time between two looks whether a migration or dump is done, in seconds. */
const lookAgainSeconds = 1;

/** The time that looking at what a database holds may take, in seconds: parts of all tables are read. */
const analyzeSeconds = 3600;

/** A new name of a database. */
export type Renaming = readonly [from: string, to: string];

/**
 * Gives databases other names, all at once or none: whoever is connected to one is cut off, and who connects meanwhile waits.
 * It goes as one message to the server, so that it is whole or did not begin, however this process ends.
 *
 * @param waitSeconds the time to wait for a migration or dump of one of them to end
 * @throws StepFailure when one goes on for longer
 * @returns the seconds that it took
 */
export async function rename(
  machine: Machine,
  server: AdministeredServer,
  renamings: readonly Renaming[],
  waitSeconds: number,
): Promise<number> {
  const deadline = Date.now() + waitSeconds * 1000;
  const [[first, becomes] = ["", ""]] = renamings;
  const id = await idOf(machine, server, first);
  for (let left = tries; ;) {
    const began = Date.now();
    try {
      await runSql(machine, server, renamingSql(renamings));
      return (Date.now() - began) / 1000;
    } catch (error) {
      // Told when the connection was lost on the way back, which says nothing of what was done.
      if ((await idOf(machine, server, becomes)) === id) return (Date.now() - began) / 1000;
      if (!(error instanceof StepFailure)) throw error;
      if (error.message.includes(lockedMark)) {
        if (Date.now() >= deadline) throw new StepFailure(locked(first, waitSeconds));
        await pause(lookAgainSeconds);
      } else if (--left === 0 || !error.message.includes("being accessed by other users")) throw error;
    }
  }
}

/** The server's own number of a database, which stays when its name changes; undefined where there is none. */
async function idOf(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<string | undefined> {
  const [id] = await askSql(
    machine,
    server,
    `SELECT oid FROM pg_database WHERE datname = ${literal(database)};\n`,
  );
  return id;
}

const lockedMark = "towpath: locked";

function locked(database: string, waitSeconds: number): string {
  return `restore: a migration or dump of the database "${database}" began meanwhile, waited ${waitSeconds} s for its end; nothing was put in place: run the command again when it is done, or wait longer with towpath:migration.lockWaitSeconds`;
}

/** The change of names as one message, which is one transaction: `\;` parts statements that psql sends together. */
export function renamingSql(renamings: readonly Renaming[]): string {
  const own = renamings.map(([from]) => literal(from));
  const isInUse = own.map(isLocked).join(" OR ");
  return [
    "BEGIN",
    `DO $$ BEGIN IF ${isInUse} THEN RAISE EXCEPTION '${lockedMark}'; END IF; END $$`,
    `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN (${own.join(", ")})`,
    ...renamings.map(([from, to]) => `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`),
    "COMMIT;\n",
  ].join(" \\; ");
}

/** Those of the databases that are there. */
export function databasesAmong(
  machine: Machine,
  server: AdministeredServer,
  names: readonly string[],
): Promise<readonly string[]> {
  const list = names.map(literal).join(", ");
  return askSql(machine, server, `SELECT datname FROM pg_database WHERE datname IN (${list});\n`);
}

/** What a database holds; the number of rows is the server's estimate, which it is asked to make anew. */
export async function contentOf(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<Content> {
  const [line = ""] = await askSql(
    machine,
    server,
    `ANALYZE;
     SELECT count(*), coalesce(sum(greatest(reltuples, 0)), 0)::bigint, pg_database_size(current_database())
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast');\n`,
    { database, timeoutSeconds: analyzeSeconds },
  );
  const [tables = 0, rows = 0, bytes = 0] = line.split("|").map(Number);
  return { tables, rows, bytes };
}

/** The part of its size that a dump has at most, as a rule, in PostgreSQL's custom format, which compresses rows and has no indexes. */
const dumpShare = 5;

/**
 * Makes sure that a second database has room beside one: a full disk would stop them both.
 *
 * @throws StepFailure
 */
export async function checkRoom(
  machine: Machine,
  server: AdministeredServer,
  { database, file, bytes }: { readonly database: string; readonly file: string; readonly bytes: number },
): Promise<void> {
  const size = `pg_database_size(${literal(database)})`;
  const [line = ""] = await askSql(machine, server, `SELECT ${size}, current_setting('data_directory');\n`);
  const [has = "", folder = ""] = line.split("|");
  const needed = Math.max(Number(has), bytes * dumpShare);
  const free = freeIn(await machine.run(server.container, ["df", "-Pk", folder], { looks: true }));
  if (free === undefined || free >= needed) return;
  throw new StepFailure(
    `restore: expected room for ${needed} bytes beside the database, got ${free} on its disk; free some on the host before ${file} is restored`,
  );
}

/** The bytes that are free, as `df -Pk` prints them; undefined where it prints something else. */
export function freeIn(printed: string): number | undefined {
  const [, kibibytes] = /^\S.*?\s\d+\s+\d+\s+(\d+)\s+\d+%/m.exec(printed) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
