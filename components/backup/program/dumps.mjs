/** The dumps in a volume, and which of them are kept. */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { clockTolerance } from "../../input/schedule.mjs";

/** @typedef {import("./dump.mjs").Reason} Reason */

/**
 * A file in the volume. What Towpath did not make, or made before it wrote anything down about its dumps, has a name and a
 * size only.
 *
 * @typedef {object} Dump
 * @property {string} file
 * @property {number} bytes
 * @property {number} taken when it was begun, in milliseconds since 1970; of another file, when it was changed
 * @property {DumpFacts} [facts] what was written down about it when it was whole
 */

/**
 * @typedef {object} DumpFacts
 * @property {Reason} why
 * @property {string} due the time of the schedule that it is for, in ISO's form; empty where it is for none
 * @property {string} sha256
 * @property {number} bytes
 * @property {number} entries
 * @property {{ readonly tables: number, readonly rows: number }} [content] what the database held then; left out by earlier versions
 */

const day = 24 * 3600_000;

/** The names of dumps: a time, and what they are for. */
const dumpPattern = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2})-([0-9]{2})-([0-9]{2})Z-[0-9a-z]+\.dump$/;

/**
 * The time in a dump's name, in milliseconds since 1970; undefined for a file that Towpath did not name.
 *
 * @param {string} file
 */
export function timeOf(file) {
  const [, date, hours, minutes, seconds] = dumpPattern.exec(file) ?? [];
  return date === undefined ? undefined : Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
}

/**
 * Reads a volume. Half a dump is none, and what lies beside dumps is no file of its own.
 *
 * @param {string} folder
 * @param {readonly string[]} own files that are not listed
 * @returns {Dump[]} the newest first
 */
export function dumpsIn(folder, own) {
  return readdirSync(folder)
    .filter((name) => !name.endsWith(".part") && !isFacts(name) && !own.includes(name))
    .flatMap((file) => {
      try {
        const { size: bytes, mtimeMs } = statSync(join(folder, file));
        const taken = timeOf(file);
        if (taken === undefined) return [{ file, bytes, taken: Math.floor(mtimeMs) }];
        const facts = factsOf(join(folder, `${file}.json`));
        return [{ file, bytes, taken, ...(facts !== undefined && { facts }) }];
      } catch {
        return []; // removed meanwhile
      }
    })
    .sort((a, b) => b.taken - a.taken || (a.file < b.file ? 1 : -1));
}

/**
 * Tells whether a file holds the facts of a dump; of one that was killed before it had its name, they lie there alone.
 *
 * @param {string} name
 */
function isFacts(name) {
  return name.endsWith(".json") && timeOf(name.slice(0, -".json".length)) !== undefined;
}

/**
 * @param {string} path
 * @returns {DumpFacts | undefined} undefined where none can be read
 */
function factsOf(path) {
  const read = readFacts(path);
  if (read === undefined) return undefined;
  const { content, ...facts } = read;
  if (content === undefined) return facts;
  const rows = Object.values(content.rows);
  return { ...facts, content: { tables: rows.length, rows: rows.reduce((sum, count) => sum + count, 0) } };
}

/**
 * What a dump's facts say of each table.
 *
 * @param {string} folder
 * @param {string} file the dump's
 * @returns {import("./content.mjs").Content | undefined} undefined where nothing was counted
 */
export function contentOf(folder, file) {
  return readFacts(join(folder, `${file}.json`))?.content;
}

/**
 * @param {string} path
 * @returns {(Omit<DumpFacts, "content"> & { readonly content?: import("./content.mjs").Content }) | undefined}
 */
function readFacts(path) {
  try {
    /** @type {unknown} */
    const read = JSON.parse(readFileSync(path, "utf8"));
    return /** @type {ReturnType<typeof readFacts>} */ (read);
  } catch {
    return undefined;
  }
}

/**
 * Tells whether a dump is as it was when `pg_restore` had read it, as far as its size tells.
 *
 * @param {Dump} dump
 */
export function isGood({ bytes, facts }) {
  return facts?.bytes === bytes;
}

/**
 * The newest good dump. One from the future, which a wrong clock made, is not taken for it.
 *
 * @param {readonly Dump[]} dumps the newest first
 * @param {number} now
 */
export function newestGood(dumps, now) {
  return dumps.find((dump) => isGood(dump) && dump.taken <= now + clockTolerance);
}

/**
 * The dumps whose time is over. The newest good one stays, and so does the newest from before a migration, which is what the
 * release that runs is gone back from with. What nothing is known about stays, too.
 *
 * Where the newest is the only one for longer than they are kept, nothing goes: a clock that is years ahead looks like that.
 *
 * @param {readonly Dump[]} dumps the newest first
 * @param {{ readonly retentionDays: number, readonly now: number }} at
 * @returns {Dump[]}
 */
export function expiredIn(dumps, { retentionDays, now }) {
  const kept = retentionDays * day;
  const made = dumps.filter(({ facts }) => facts !== undefined);
  const good = made.filter(isGood);
  const newest = newestGood(good, now);
  if (newest === undefined) return [];
  const before = good.find((dump) => dump.taken < newest.taken);
  if (before !== undefined && newest.taken - before.taken > kept) return [];
  const beforeMigration = good.find(({ facts }) => facts?.why === "release");
  return made.filter((dump) => dump !== newest && dump !== beforeMigration && now - dump.taken > kept);
}

/**
 * Removes dumps: what was written down about one goes last.
 *
 * @param {string} folder
 * @param {readonly Dump[]} dumps
 */
export function remove(folder, dumps) {
  for (const { file } of dumps) {
    rmSync(join(folder, file), { force: true });
    rmSync(join(folder, `${file}.json`), { force: true });
  }
}
