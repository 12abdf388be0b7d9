/** The program on a host that dumps a database at the times of a schedule, proves the dumps, copies them elsewhere, and removes old ones. */
import { join } from "node:path";
import process from "node:process";
import { setInterval } from "node:timers";
import { answerQuestions, report } from "../../host/program/control.mjs";
import { isEngineGone } from "../../host/program/engine.mjs";
import { KeptFile } from "../../host/program/kept-file.mjs";
import { parseSchedule } from "../../input/schedule.mjs";
import { Drill } from "./drill.mjs";
import { Dumper } from "./dumper.mjs";
import { contentOf, dumpsIn, remove } from "./dumps.mjs";
import { Scheduler } from "./scheduler.mjs";
import { Scratch } from "./scratch.mjs";
import { storageOf } from "./task-storage.mjs";

/**
 * What it is given to do.
 *
 * @typedef {import("./dumper.mjs").DumperArgs & {
 *   readonly schedule: string,
 *   readonly retentionDays: number,
 *   readonly folder: string,
 *   readonly drillContainer: string,
 *   readonly storage?: import("./copier.mjs").CopierArgs,
 * }} Task the folder is where it sees the volume; the container is the one that restores dumps to prove them
 */

/**
 * A question to the program.
 *
 * @typedef {{ readonly operation: "state" | "run" | "drill" } | import("./storage-jobs.mjs").StorageQuestion} Question
 */

/** The time between two looks at the clock, in milliseconds, and between two at what is not copied yet. */
const lookAgain = 1000;
const lookForCopies = 10_000;

/** @type {unknown} */
const given = JSON.parse(process.env.TOWPATH_BACKUP ?? "");
const task = /** @type {Task} */ (given);
const schedule = parseSchedule(task.schedule);
if (schedule === undefined) throw new Error(`no schedule: ${task.schedule}`);

/** What has to outlive the program, beside the dumps. */
const keptSchedule = new KeptFile(join(task.folder, "schedule.json"));
const keptDrill = new KeptFile(join(task.folder, "drill.json"));
const keptCopies = new KeptFile(join(task.folder, "storage.json"));
const ownFiles = [keptSchedule, keptDrill, keptCopies].flatMap(({ names }) => names);
const dumps = () => dumpsIn(task.folder, ownFiles);

const dumper = new Dumper(task);
let ending = false;

/**
 * Waits for what the engine does. When this program ends meanwhile, nothing becomes of it.
 *
 * @template T
 * @param {Promise<T>} doing
 * @returns {Promise<T>}
 */
async function onEngine(doing) {
  const outcome = await doing.catch((/** @type {unknown} */ error) => {
    // It sees the engine's new socket once it is started again.
    if (isEngineGone(error)) process.exit(1);
    throw error;
  });
  if (ending) await new Promise(() => undefined);
  return outcome;
}

/**
 * Takes a dump, and tells the container's log what became of it.
 *
 * @param {string} due
 */
async function take(due) {
  const outcome = await onEngine(dumper.take(due));
  report("problem" in outcome ? `failed: ${outcome.problem}` : `took a dump of ${outcome.bytes} bytes`);
  return outcome;
}

const scheduler = new Scheduler({
  text: task.schedule,
  schedule,
  retentionDays: task.retentionDays,
  dumps,
  take,
  remove: (expired) => {
    remove(task.folder, expired);
    for (const { file } of expired) process.stdout.write(`removed ${file}, whose time is over\n`);
  },
  read: () => /** @type {import("./scheduler.mjs").Kept | undefined} */ (keptSchedule.read()),
  write: (kept) => {
    keptSchedule.write(kept);
  },
  now: () => Date.now(),
});

const scratch = new Scratch({ ...task, container: task.drillContainer });
const drill = new Drill({
  dumps,
  contentOf: (file) => contentOf(task.folder, file),
  restore: async (dump, content) => {
    const outcome = await onEngine(scratch.restore(dump, content));
    report("problem" in outcome ? `failed: ${outcome.problem}` : `restored ${dump.file} to prove it`);
    return outcome;
  },
  read: () => /** @type {import("./drill.mjs").DrillRecord | undefined} */ (keptDrill.read()),
  write: (record) => {
    keptDrill.write(record);
  },
  now: () => Date.now(),
});

const storage = storageOf(task, { dumps, onEngine, kept: keptCopies });

answerQuestions((question) => {
  const asked = /** @type {Question} */ (question);
  if (asked.operation === "run") scheduler.run();
  if (asked.operation === "drill") drill.run();
  if (asked.operation === "stored" || asked.operation === "bring") storage?.ask(asked);
  return {
    ...scheduler.state(),
    drill: drill.state(),
    ...(storage !== undefined && { storage: storage.state() }),
  };
});

/** What a program before this one began is ended first: it holds the lock, and nobody waits for it. */
async function begin() {
  await Promise.all([dumper.stop(), scratch.remove(), storage?.stop()]);
  setInterval(() => {
    scheduler.look().catch(report);
    // One after the other: both keep the disk busy.
    if (!scheduler.isRunning) drill.look().catch(report);
  }, lookAgain);
  setInterval(() => {
    storage?.look().catch(report);
  }, lookForCopies);
}

process.once("SIGTERM", () => {
  ending = true;
  drill.giveUp();
  Promise.all([dumper.stop(), scratch.remove(), storage?.stop()])
    .catch(report)
    .finally(() => process.exit(0));
});
begin().catch((/** @type {unknown} */ error) => {
  report(error);
  // Started again, it finds the engine's socket anew.
  process.exitCode = 1;
  process.exit();
});
