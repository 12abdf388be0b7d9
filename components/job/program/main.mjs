/** The program on a host that runs jobs at the times of their schedules. */
import { join } from "node:path";
import process from "node:process";
import { setInterval } from "node:timers";
import { answerQuestions, report } from "../../host/program/control.mjs";
import { isEngineGone } from "../../host/program/engine.mjs";
import { KeptFile } from "../../host/program/kept-file.mjs";
import { parseSchedule } from "../../input/schedule.mjs";
import { Runner } from "./runner.mjs";
import { Scheduler } from "./scheduler.mjs";

/**
 * What it is given to do.
 *
 * @typedef {object} Task
 * @property {string} folder where it sees the volume of what it keeps
 * @property {Readonly<Record<string, import("./runner.mjs").JobTask>>} jobs
 * @property {Readonly<Record<string, string>>} labels those of all runs
 * @property {number} graceSeconds the time that a run may take to end when it is asked to
 */

/** The time between two looks at the clock, in milliseconds. */
const lookAgain = 1000;

/** @type {unknown} */
const given = JSON.parse(process.env.TOWPATH_JOBS ?? "");
const task = /** @type {Task} */ (given);
const runner = new Runner(task);
const kept = new KeptFile(join(task.folder, "jobs.json"));

/**
 * Tells the container's log what became of a job. When the engine is gone, so is this program: the next one takes over.
 *
 * @param {string} job
 * @param {() => ReturnType<Runner["run"]>} ending
 */
async function told(job, ending) {
  const ended = await ending().catch((/** @type {unknown} */ error) => {
    if (isEngineGone(error)) process.exit(1);
    const said = error instanceof Error ? error.message : String(error);
    return { at: Date.now(), seconds: 0, problem: `the host's engine failed, got "${said}"`, log: [] };
  });
  if (typeof ended === "string") return ended;
  report(`${job}: ${ended.problem ?? "ended well"}`);
  return ended;
}

const scheduler = new Scheduler({
  jobs: Object.fromEntries(
    Object.entries(task.jobs).map(([job, { schedule: text }]) => {
      const schedule = parseSchedule(text);
      if (schedule === undefined) throw new Error(`no schedule: ${text}`);
      return [job, { text, schedule }];
    }),
  ),
  run: (job, due) => told(job, () => runner.run(job, due)),
  read: () =>
    /** @type {Readonly<Record<string, import("./scheduler.mjs").Kept>> | undefined} */ (kept.read()),
  write: (all) => {
    kept.write(all);
  },
  now: () => Date.now(),
});

answerQuestions(() => scheduler.state());

// What it has begun goes on without it, and the next program takes that over.
process.once("SIGTERM", () => process.exit(0));

/** What a program before this one began is waited for, and has its time limit. */
async function begin() {
  for (const one of scheduler.takeOver(
    (await runner.begun()).map((begun) => ({ ...begun, ended: () => told(begun.job, begun.ended) })),
  ))
    one.catch(report);
  setInterval(() => {
    for (const one of scheduler.look()) one.catch(report);
  }, lookAgain);
}
begin().catch((/** @type {unknown} */ error) => {
  report(error);
  // Started again, it finds the engine's socket anew.
  process.exitCode = 1;
  process.exit();
});
