/** The program on a host that dumps a database at the times of a schedule, and removes old dumps. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setInterval } from "node:timers";
import { answerQuestions, report } from "../../host/program/control.mjs";
import { parseSchedule } from "../../settings/schedule.mjs";
import { Dumper } from "./dumper.mjs";
import { dumpsIn, remove } from "./dumps.mjs";
import { Scheduler } from "./scheduler.mjs";

/**
 * What it is given to do.
 *
 * @typedef {import("./dumper.mjs").DumperArgs & {
 *   readonly schedule: string,
 *   readonly retentionDays: number,
 *   readonly folder: string,
 * }} Task the folder is where it sees the volume
 */

/**
 * A question to the program.
 *
 * @typedef {object} Question
 * @property {"state" | "run"} operation
 */

/** The file in which it keeps what has to outlive it, beside the dumps. */
const keptFile = "schedule.json";

/** The time between two looks at the clock, in milliseconds. */
const lookAgain = 1000;

/** @type {unknown} */
const given = JSON.parse(process.env.TOWPATH_BACKUP ?? "");
const task = /** @type {Task} */ (given);
const schedule = parseSchedule(task.schedule);
if (schedule === undefined) throw new Error(`no schedule: ${task.schedule}`);

const dumper = new Dumper(task);
let ending = false;

/**
 * Takes a dump, and tells the container's log what became of it. When the program ends meanwhile, nothing did.
 *
 * @param {string} due
 */
async function take(due) {
  const outcome = await dumper.take(due).catch((/** @type {unknown} */ error) => {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // An engine that was started anew has another socket, which this program sees once it is started again.
    if (code === "ECONNREFUSED" || code === "ENOENT") process.exit(1);
    throw error;
  });
  if (ending) await new Promise(() => undefined);
  report("problem" in outcome ? `failed: ${outcome.problem}` : `took a dump of ${outcome.bytes} bytes`);
  return outcome;
}

const path = join(task.folder, keptFile);
const newPath = `${path}.new`;
const scheduler = new Scheduler({
  text: task.schedule,
  schedule,
  retentionDays: task.retentionDays,
  dumps: () => dumpsIn(task.folder, [keptFile, `${keptFile}.new`]),
  take,
  remove: (dumps) => {
    remove(task.folder, dumps);
    for (const { file } of dumps) process.stdout.write(`removed ${file}, whose time is over\n`);
  },
  read: () => {
    try {
      /** @type {unknown} */
      const kept = JSON.parse(readFileSync(path, "utf8"));
      return /** @type {import("./scheduler.mjs").Kept} */ (kept);
    } catch {
      return undefined; // nothing was kept yet
    }
  },
  write: (kept) => {
    try {
      writeFileSync(newPath, JSON.stringify(kept));
      renameSync(newPath, path);
    } catch (error) {
      report(error); // as on a full disk: it is known here all the same
    }
  },
  now: () => Date.now(),
});

answerQuestions((question) => {
  const { operation } = /** @type {Question} */ (question);
  if (operation === "run") scheduler.run();
  return scheduler.state();
});

/** What a program before this one began is ended first: it holds the lock, and nobody waits for it. */
async function begin() {
  await dumper.stop();
  setInterval(() => {
    scheduler.look().catch(report);
  }, lookAgain);
}

process.once("SIGTERM", () => {
  ending = true;
  dumper
    .stop()
    .catch(report)
    .finally(() => process.exit(0));
});
begin().catch((/** @type {unknown} */ error) => {
  report(error);
  // Started again, it finds the engine's socket anew.
  process.exitCode = 1;
  process.exit();
});
