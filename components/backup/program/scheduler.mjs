import { clockTolerance, dueTime, timeAfter } from "../../input/schedule.mjs";
import { isoOf } from "../../input/times.mjs";
import { expiredIn, isGood, newestGood } from "./dumps.mjs";

/** @typedef {import("./dump.mjs").Failure} Failure */
/** @typedef {import("./dump.mjs").Taken} Taken */
/** @typedef {import("./dumps.mjs").Dump} Dump */
/** @typedef {import("../../input/schedule.mjs").Schedule} Schedule */

/**
 * What is kept through a restart. What was done is not: the dumps themselves tell.
 *
 * @typedef {object} Kept
 * @property {string} schedule in cron's five fields
 * @property {number} since the time from which on it counts, in milliseconds since 1970
 * @property {FailedTry} [failure] the last one
 */

/**
 * @typedef {object} FailedTry
 * @property {number} at in milliseconds since 1970
 * @property {string} reason
 * @property {number} tries those that failed, one after the other
 */

/**
 * @typedef {object} SchedulerArgs
 * @property {string} text the schedule in cron's five fields
 * @property {Schedule} schedule
 * @property {number} retentionDays
 * @property {() => readonly Dump[]} dumps the newest first
 * @property {(due: string) => Promise<Taken | Failure>} take
 * @property {(dumps: readonly Dump[]) => void} remove
 * @property {() => Kept | undefined} read
 * @property {(kept: Kept) => void} write
 * @property {() => number} now
 */

/**
 * The state of an environment's backups.
 *
 * @typedef {object} State
 * @property {string} schedule
 * @property {number} retentionDays
 * @property {string | undefined} next the next time, in ISO's form; one that is over is made up for
 * @property {boolean} running true while one is taken
 * @property {string} [lastSuccess] the time of the newest good dump that the schedule took
 * @property {{ readonly at: string, readonly reason: string, readonly tries: number }} [lastFailure]
 * @property {Listed} [newestGood]
 * @property {readonly Listed[]} dumps the newest first
 * @property {import("./drill.mjs").DrillState} [drill] left out by a program of an earlier version
 * @property {import("./storage.mjs").StorageState} [storage] left out where nothing is copied elsewhere
 */

/**
 * A dump as it is listed.
 *
 * @typedef {object} Listed
 * @property {string} file
 * @property {number} bytes
 * @property {string} taken in ISO's form
 * @property {boolean} good true when it is whole, as far as its size tells
 * @property {import("./dumps.mjs").DumpFacts} [facts] left out where nothing was written down about it
 */

/** The time between two tries of a dump that fails, in milliseconds. */
const retryAfter = 15 * 60_000;

/** Takes dumps at the times of a schedule, and removes those whose time is over. */
export class Scheduler {
  /** @type {SchedulerArgs} */
  #args;
  /** @type {Kept} */
  #kept;
  #running = false;
  /** @type {readonly number[]} the times of the schedule that a dump is there for */
  #done;
  /** When this program began: it and its host are others since then. */
  #began;
  /** True from the control's request on until it is met. */
  #asked = false;

  /** @param {SchedulerArgs} args */
  constructor(args) {
    this.#args = args;
    this.#began = args.now();
    const kept = args.read();
    // With other times, those of the past are nobody's.
    this.#kept = kept?.schedule === args.text ? kept : { ...kept, schedule: args.text, since: args.now() };
    this.#write(this.#kept);
    this.#done = this.#doneTimes();
  }

  /** Asks for a dump at the next look, whatever the time. */
  run() {
    this.#asked = true;
  }

  /** True while a dump is taken. */
  get isRunning() {
    return this.#running;
  }

  /** Takes a dump where one is due. */
  async look() {
    if (this.#running) return;
    const due = this.#due();
    if (!this.#asked && (due === undefined || this.#waits())) return;
    this.#running = true;
    this.#asked = false;
    try {
      await this.#takeOne(due === undefined ? "" : isoOf(due));
    } finally {
      this.#done = this.#doneTimes();
      this.#running = false;
    }
  }

  /** @returns {State} */
  state() {
    const { text, schedule, retentionDays, now } = this.#args;
    const dumps = this.#args.dumps();
    const { failure } = this.#kept;
    const next = this.#due() ?? timeAfter(schedule, now());
    const lastSuccess = dumps.find((dump) => isGood(dump) && dump.facts?.why === "schedule");
    const newest = newestGood(dumps, now());
    return {
      schedule: text,
      retentionDays,
      next: next === undefined ? undefined : isoOf(next),
      running: this.#running,
      ...(lastSuccess !== undefined && { lastSuccess: isoOf(lastSuccess.taken) }),
      ...(failure !== undefined && { lastFailure: { ...failure, at: isoOf(failure.at) } }),
      ...(newest !== undefined && { newestGood: listed(newest) }),
      dumps: dumps.map(listed),
    };
  }

  /**
   * The time that nothing was taken for yet, the last one where there are several: one dump makes up for all.
   *
   * @returns {number | undefined}
   */
  #due() {
    const { schedule, now } = this.#args;
    const latest = now() + clockTolerance;
    // The clock was wrong when this was kept.
    if (this.#kept.since > latest) this.#write({ ...this.#kept, since: now() });
    const done = this.#done.filter((time) => time <= latest);
    return dueTime(schedule, now(), Math.max(this.#kept.since, ...done));
  }

  #doneTimes() {
    const due = this.#args.dumps().map(({ facts }) => Date.parse(facts?.due ?? ""));
    return due.filter((time) => !Number.isNaN(time));
  }

  /**
   * Tells whether the last try failed, and only just now. A clock that was set back makes nobody wait for longer, and what failed
   * before the program was started again may have ended with its host.
   */
  #waits() {
    const { failure } = this.#kept;
    if (
      failure === undefined ||
      failure.at < this.#began ||
      Math.abs(this.#args.now() - failure.at) >= retryAfter
    )
      return false;
    return !this.#succeededSince(failure.at);
  }

  /** @param {string} due */
  async #takeOne(due) {
    let outcome = await this.#args.take(due).catch(unexpected);
    if ("problem" in outcome && outcome.full && this.#prune() > 0) {
      outcome = await this.#args.take(due).catch(unexpected);
    }
    if ("problem" in outcome) {
      const { problem, remedy } = outcome;
      const { failure } = this.#kept;
      const isNext = failure !== undefined && !this.#succeededSince(failure.at);
      const tries = isNext ? failure.tries + 1 : 1;
      this.#write({
        ...this.#kept,
        failure: { at: this.#args.now(), reason: `${problem}: ${remedy}`, tries },
      });
      return;
    }
    this.#prune();
  }

  /** @param {number} time */
  #succeededSince(time) {
    return this.#args.dumps().some((dump) => isGood(dump) && dump.taken > time);
  }

  /** @returns {number} of those that went */
  #prune() {
    const { retentionDays, now } = this.#args;
    const expired = expiredIn(this.#args.dumps(), { retentionDays, now: now() });
    this.#args.remove(expired);
    return expired.length;
  }

  /** @param {Kept} kept */
  #write(kept) {
    this.#kept = kept;
    this.#args.write(kept);
  }
}

/**
 * @param {unknown} error
 * @returns {Failure}
 */
function unexpected(error) {
  const problem = error instanceof Error ? error.message : String(error);
  return { problem: `the host's engine failed, got "${problem}"`, remedy: "mend that", full: false };
}

/**
 * @param {Dump} dump
 * @returns {Listed}
 */
function listed(dump) {
  return { ...dump, taken: isoOf(dump.taken), good: isGood(dump) };
}
