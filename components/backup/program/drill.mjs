/** When dumps are restored to prove them, and what is known of it. */
import { clockTolerance } from "../../input/schedule.mjs";
import { isoOf } from "../../input/times.mjs";
import { isGood, timeOf } from "./dumps.mjs";

/** @typedef {import("./content.mjs").Content} Content */
/** @typedef {import("./dumps.mjs").Dump} Dump */

/**
 * A dump that was restored, and held what it is of.
 *
 * @typedef {object} Proven
 * @property {number} at when that was done, in milliseconds since 1970
 * @property {string} file
 * @property {number} taken when that dump was begun
 * @property {number} seconds the time that restoring took
 * @property {number} tables
 * @property {number} rows those of all tables
 */

/**
 * What is kept through a restart.
 *
 * @typedef {object} DrillRecord
 * @property {number} since the time of the first look, in milliseconds since 1970
 * @property {{ readonly file: string, readonly times: number }} [attempt] one that was begun and not ended, and how often
 * @property {Proven} [proven] the last one
 * @property {{ readonly at: number, readonly file?: string, readonly reason: string, readonly tries: number }} [failure] the last one
 */

/**
 * The state of the drill. Times are in ISO's form.
 *
 * @typedef {object} DrillState
 * @property {string} since the time from which on dumps are restored to prove them
 * @property {boolean} running
 * @property {Omit<Proven, "at" | "taken"> & { readonly at: string, readonly taken: string }} [lastProven]
 * @property {{ readonly at: string, readonly file?: string, readonly reason: string, readonly tries: number }} [lastFailure]
 */

/**
 * A drill that failed, in words that follow each other: the problem, and the way to mend it.
 *
 * @typedef {object} DrillFailure
 * @property {string} problem
 * @property {string} remedy
 */

/**
 * @typedef {object} DrillArgs
 * @property {() => readonly Dump[]} dumps the newest first
 * @property {(file: string) => Content | undefined} contentOf what was counted when the dump was taken
 * @property {(dump: Dump, content: Content) => Promise<{ readonly seconds: number, readonly content: Content } | DrillFailure>} restore
 * @property {() => DrillRecord | undefined} read
 * @property {(record: DrillRecord) => void} write
 * @property {() => number} now
 */

/** The time between two looks at the dumps, in milliseconds. */
const lookAgain = 60_000;

/** The time after the first failure, in milliseconds: that of a dump. It doubles with each, for a restore keeps a host busy. */
const retryAfter = 15 * 60_000;

/** The longest time between two tries, in milliseconds. */
const longestRetry = 4 * 3600_000;

/** The times that a drill may be cut off before that is a failure: a reboot cuts one off. */
const mayBeCutOff = 2;

const day = 24 * 3600_000;

/** Restores the newest dump once a day, after the schedule took one, and compares it with what it is of. */
export class Drill {
  /** @type {DrillArgs} */
  #args;
  /** @type {DrillRecord} */
  #record;
  #running = false;
  #looked = -Infinity;
  /** True from the request on until it is met. */
  #asked = false;

  /** @param {DrillArgs} args */
  constructor(args) {
    this.#args = args;
    const now = args.now();
    const kept = args.read();
    this.#record = kept ?? { since: now };
    if (kept === undefined) this.#write(this.#record);
  }

  /** Asks for one at the next look, whatever the time. */
  run() {
    this.#asked = true;
  }

  /** Forgets that one was begun: its end is meant. */
  giveUp() {
    const { attempt: _, ...record } = this.#record;
    if (this.#running) this.#write(record);
  }

  /** Restores a dump where that is due. */
  async look() {
    const now = this.#args.now();
    // A clock that was set back makes nobody wait for longer.
    if (this.#running || (!this.#asked && Math.abs(now - this.#looked) < lookAgain)) return;
    this.#looked = now;
    const dumps = this.#args
      .dumps()
      .filter(({ file, taken }) => timeOf(file) !== undefined && taken <= now + clockTolerance);
    if (!this.#asked && !this.#isDue(dumps, now)) return;
    this.#asked = false;
    this.#running = true;
    try {
      await this.#prove(dumps[0]);
    } finally {
      this.#running = false;
    }
  }

  /** @returns {DrillState} */
  state() {
    const { since, failure } = this.#record;
    const proven = this.#proven();
    return {
      since: isoOf(since),
      running: this.#running || this.#asked,
      ...(proven !== undefined && {
        lastProven: { ...proven, at: isoOf(proven.at), taken: isoOf(proven.taken) },
      }),
      ...(failure !== undefined && { lastFailure: { ...failure, at: isoOf(failure.at) } }),
    };
  }

  /**
   * @param {readonly Dump[]} dumps
   * @param {number} now
   */
  #isDue(dumps, now) {
    const [newest] = dumps;
    // One of an earlier version has nothing to be compared with; the next has.
    if (newest === undefined || (isGood(newest) && newest.facts?.content === undefined)) return false;
    const { attempt, since } = this.#record;
    const failure = this.#failure();
    // The clock was wrong when this was kept.
    if (since > now + clockTolerance) this.#write({ ...this.#record, since: now });
    if (attempt !== undefined) return true;
    if (failure !== undefined) {
      const longer = Math.min(retryAfter * 2 ** (failure.tries - 1), longestRetry);
      return Math.abs(now - failure.at) >= (newest.file === failure.file ? longer : retryAfter);
    }
    const proven = this.#proven();
    const scheduled = dumps.find(({ file }) => file.endsWith("-scheduled.dump"));
    if (scheduled === undefined) return false;
    return proven === undefined || (scheduled.taken > proven.taken && dayOf(now) !== dayOf(proven.at));
  }

  /** The last one that passed; a time in the future is that of a wrong clock. */
  #proven() {
    const { proven } = this.#record;
    return proven !== undefined && proven.at <= this.#args.now() + clockTolerance ? proven : undefined;
  }

  /** The failure that none has passed since. */
  #failure() {
    const { failure } = this.#record;
    return failure !== undefined && failure.at > (this.#proven()?.at ?? 0) ? failure : undefined;
  }

  /** @param {Dump | undefined} dump */
  async #prove(dump) {
    const { attempt } = this.#record;
    const times = attempt?.file === dump?.file ? (attempt?.times ?? 0) : 0;
    const outcome =
      times >= mayBeCutOff
        ? failed(`restoring ${dump?.file} was cut off ${times} times`, "see the log of the host's engine")
        : await this.#restored(dump, times + 1);
    const { attempt: _, ...record } = this.#record;
    const at = this.#args.now();
    if (!("problem" in outcome)) {
      this.#write({ ...record, proven: { at, ...outcome } });
      return;
    }
    const before = this.#failure();
    const tries = before === undefined ? 1 : before.tries + 1;
    const reason = `${outcome.problem}: ${outcome.remedy}`;
    this.#write({
      ...record,
      failure: { at, ...(dump !== undefined && { file: dump.file }), reason, tries },
    });
  }

  /**
   * @param {Dump | undefined} dump
   * @param {number} times
   * @returns {Promise<Omit<Proven, "at"> | DrillFailure>}
   */
  async #restored(dump, times) {
    const another = "take another with npx towpath backup";
    if (dump === undefined) return failed("there is no dump to restore", another);
    const { file, facts, bytes, taken } = dump;
    if (facts === undefined)
      return failed(`${file} has no facts beside it, or none that can be read`, another);
    if (!isGood(dump))
      return failed(`${file} is damaged, got ${bytes} bytes instead of ${facts.bytes}`, another);
    const expected = this.#args.contentOf(file);
    if (expected === undefined) return failed(`${file} has nothing beside it to compare it with`, another);
    this.#write({ ...this.#record, attempt: { file, times } });
    const restored = await this.#args.restore(dump, expected).catch(unexpected);
    if ("problem" in restored) return restored;
    const difference = differenceOf(expected, restored.content);
    if (difference !== undefined) return failed(`${file} was restored, and ${difference}`, another);
    const rows = Object.values(expected.rows);
    return {
      ...{ file, taken, seconds: restored.seconds, tables: rows.length },
      rows: rows.reduce((sum, count) => sum + count, 0),
    };
  }

  /** @param {DrillRecord} record */
  #write(record) {
    this.#record = record;
    this.#args.write(record);
  }
}

/** The most tables that are named. */
const mostNamed = 3;

/**
 * Says how what was restored is another than what was dumped; undefined where it is not.
 *
 * @param {Content} expected
 * @param {Content} found
 */
export function differenceOf(expected, found) {
  const others = Object.entries(expected.rows).filter(([name, rows]) => found.rows[name] !== rows);
  if (others.length > 0) {
    const words = others.slice(0, mostNamed).map(([name, rows]) => {
      const got = found.rows[name];
      // A name may hold anything.
      const shown = JSON.stringify(name).slice(1, -1);
      return got === undefined ? `${shown} is not there` : `${shown} has ${got} rows instead of ${rows}`;
    });
    const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : "";
    return `it is not what was dumped, got ${words.join(", ")}${more}`;
  }
  if (expected.schema === found.schema) return undefined;
  return "it has another schema than what was dumped, with the same rows";
}

/**
 * @param {string} problem
 * @param {string} remedy
 * @returns {DrillFailure}
 */
function failed(problem, remedy) {
  return { problem, remedy };
}

/**
 * @param {unknown} error
 * @returns {DrillFailure}
 */
function unexpected(error) {
  const problem = error instanceof Error ? error.message : String(error);
  return failed(`the host's engine failed, got "${problem}"`, "mend that");
}

/** @param {number} time */
function dayOf(time) {
  return Math.floor(time / day);
}
