import { clockTolerance, dueTime, timeAfter } from "../../input/schedule.mjs";
import { isoOf, minute } from "../../input/times.mjs";

/** @typedef {import("./runner.mjs").Begun} Begun */
/** @typedef {import("./runner.mjs").Ended} Ended */
/** @typedef {import("./runner.mjs").Outcome} Outcome */
/** @typedef {import("../../input/schedule.mjs").Schedule} Schedule */

/**
 * A run of a job, as it is kept and told. Times are in ISO's form.
 *
 * @typedef {object} Run
 * @property {string} due the time of the schedule that it is for
 * @property {string} at when it began
 * @property {"succeeded" | "failed" | "skipped"} result
 * @property {number} [seconds] left out where it was skipped
 * @property {number} [exitCode] left out where nothing ran, or what ran is gone
 * @property {string} [problem] left out where it succeeded
 * @property {readonly string[]} log the last lines that it printed, without secrets
 */

/**
 * What is kept of a job through a restart.
 *
 * @typedef {object} Kept
 * @property {string} schedule in cron's five fields
 * @property {number} done the last time that something was done for, or since which the schedule counts, in milliseconds since 1970
 * @property {readonly Run[]} runs the newest first
 */

/**
 * The state of a job.
 *
 * @typedef {object} JobState
 * @property {string} job
 * @property {string} schedule
 * @property {string} [next] the next time; one that is over is made up for
 * @property {string} [running] the time that the run is for that goes on
 * @property {readonly Run[]} runs the newest first
 */

/**
 * @typedef {object} SchedulerArgs
 * @property {Readonly<Record<string, { readonly text: string, readonly schedule: Schedule }>>} jobs
 * @property {(job: string, due: string) => Promise<Outcome>} run
 * @property {() => Readonly<Record<string, Kept>> | undefined} read
 * @property {(kept: Readonly<Record<string, Kept>>) => void} write
 * @property {() => number} now
 */

/** The runs of a job that are kept. */
const mostRuns = 10;

/** Runs jobs at the times of their schedules, each once at a time. */
export class Scheduler {
  /** @type {SchedulerArgs} */
  #args;
  /** @type {Record<string, Kept>} */
  #kept;
  /** The times that runs which go on are for, by job. @type {Map<string, number>} */
  #running = new Map();

  /** @param {SchedulerArgs} args */
  constructor(args) {
    this.#args = args;
    const before = args.read() ?? {};
    this.#kept = Object.fromEntries(
      Object.entries(args.jobs).map(([job, { text }]) => {
        const kept = before[job];
        // With other times, those of the past are nobody's.
        if (kept?.schedule === text) return [job, kept];
        return [job, { schedule: text, done: args.now(), runs: kept?.runs ?? [] }];
      }),
    );
    args.write(this.#kept);
  }

  /**
   * Takes over runs that a program before this one began.
   *
   * @param {readonly Begun[]} begun
   */
  takeOver(begun) {
    return begun.map(async ({ job, due, ended }) => {
      this.#running.set(job, due);
      await this.#finish(job, due, ended);
    });
  }

  /** Begins what is due. Returns a promise of the end of each. */
  look() {
    return Object.entries(this.#args.jobs).flatMap(([job, { schedule }]) => {
      const { now } = this.#args;
      const kept = this.#of(job);
      // The clock was wrong when this was kept.
      if (kept.done > now() + clockTolerance) this.#keep(job, { ...kept, done: now() });
      const running = this.#running.get(job);
      const due = dueTime(schedule, now(), Math.max(this.#of(job).done, running ?? 0));
      if (due === undefined) return [];
      if (running !== undefined) {
        this.#skip(job, due, `the run of ${minute(isoOf(running))} still went on`);
        return [];
      }
      this.#running.set(job, due);
      return [this.#finish(job, due, () => this.#args.run(job, isoOf(due)))];
    });
  }

  /** @returns {{ readonly jobs: readonly JobState[] }} */
  state() {
    const { jobs, now } = this.#args;
    return {
      jobs: Object.entries(jobs).map(([job, { text, schedule }]) => {
        const { done, runs } = this.#of(job);
        const running = this.#running.get(job);
        const next = dueTime(schedule, now(), Math.max(done, running ?? 0)) ?? timeAfter(schedule, now());
        return {
          job,
          schedule: text,
          ...(next !== undefined && { next: isoOf(next) }),
          ...(running !== undefined && { running: isoOf(running) }),
          runs,
        };
      }),
    };
  }

  /**
   * @param {string} job
   * @param {number} due
   * @param {() => Promise<Outcome>} ending
   */
  async #finish(job, due, ending) {
    try {
      const ended = await ending();
      if (ended === "later") return;
      if (ended === "goes on") this.#skip(job, due, "a run that somebody asked for still went on");
      else this.#note(job, due, runOf(due, ended));
    } finally {
      this.#running.delete(job);
    }
  }

  /**
   * @param {string} job
   * @param {number} due
   * @param {string} problem
   */
  #skip(job, due, problem) {
    const at = isoOf(this.#args.now());
    this.#note(job, due, { due: isoOf(due), at, result: "skipped", problem, log: [] });
  }

  /**
   * @param {string} job
   * @param {number} due
   * @param {Run} run
   */
  #note(job, due, run) {
    // It is described no more.
    if (!Object.hasOwn(this.#args.jobs, job)) return;
    const { done, ...kept } = this.#of(job);
    // One that was noted and not removed before its program was ended is noted once.
    const others = kept.runs.filter((one) => one.due !== run.due);
    const runs = [run, ...others].sort((a, b) => (a.due < b.due ? 1 : -1)).slice(0, mostRuns);
    this.#keep(job, { ...kept, done: Math.max(done, due), runs });
  }

  /** @param {string} job */
  #of(job) {
    const kept = this.#kept[job];
    if (kept === undefined) throw new Error(`no such job: ${job}`);
    return kept;
  }

  /**
   * @param {string} job
   * @param {Kept} kept
   */
  #keep(job, kept) {
    this.#kept = { ...this.#kept, [job]: kept };
    this.#args.write(this.#kept);
  }
}

/**
 * @param {number} due
 * @param {Ended} ended
 * @returns {Run}
 */
function runOf(due, { at, problem, ...ended }) {
  const told = { due: isoOf(due), at: isoOf(at), ...ended };
  return problem === undefined ? { ...told, result: "succeeded" } : { ...told, result: "failed", problem };
}
