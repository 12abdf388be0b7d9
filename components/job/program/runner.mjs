import { clearTimeout, setTimeout } from "node:timers";
import {
  engine,
  engineBytes,
  filtersIn,
  findContainer,
  ignoringAbsence,
  isEngineGone,
  Refusal,
  removeContainer,
} from "../../host/program/engine.mjs";
import { endedByLimits } from "../../host/program/limits.mjs";
import { blankOut } from "../../input/blank-out.mjs";
import { containerLike, passSecretsOn, secretValuesOf } from "./like-copy.mjs";
import { keptLines, lastLines, textIn } from "./printed.mjs";

/** @typedef {import("../../host/program/like.mjs").Inspected} Inspected */

/**
 * A job, as the release that runs has it.
 *
 * @typedef {object} JobTask
 * @property {string} service
 * @property {string} schedule in cron's five fields
 * @property {readonly string[]} command
 * @property {number} timeoutSeconds
 * @property {readonly string[]} copies the copies of its service that users get
 * @property {string} container the name of a run's container: the engine takes it once
 * @property {Readonly<Record<string, string>>} labels of that container
 * @property {readonly string[]} plainVariables the copies' variables that hold no secret
 */

/**
 * The end of a run.
 *
 * @typedef {object} Ended
 * @property {number} at when it began, in milliseconds since 1970
 * @property {number} seconds
 * @property {number} [exitCode] left out where nothing ran, or what ran is gone
 * @property {string} [problem] left out where it ended well
 * @property {readonly string[]} log the last lines that it printed, without secrets
 */

/** What became of a run: `goes on` where another one of the job does, `later` where one is just ending. @typedef {Ended | "goes on" | "later"} Outcome */

/**
 * A run that a program before this one began.
 *
 * @typedef {object} Begun
 * @property {string} job
 * @property {number} due
 * @property {() => Promise<Outcome>} ended
 */

/** The label of runs at the times of a schedule, and nothing else. */
export const scheduledLabel = { "towpath.asked-by": "schedule" };

/** The labels that tell of a run what whoever waits for it has to know. */
const jobLabel = "towpath.job";
const dueLabel = "towpath.job.due";
const secondsLabel = "towpath.job.seconds";

/** The time after which a container that does not run is nobody's any more, in milliseconds. */
const leftAfter = 60_000;

/** The longest that a job may take, and more, in seconds. */
const longest = 2 * 86_400;

/**
 * @typedef {object} Found
 * @property {string} Id
 * @property {string} Created
 * @property {{ Status: string, Running: boolean, ExitCode: number, OOMKilled: boolean, StartedAt: string, FinishedAt: string }} State
 * @property {Inspected["Config"] & { Labels: Readonly<Record<string, string>> }} Config
 */

/** Runs jobs, each in a container like a copy of its service. */
export class Runner {
  /** @type {Readonly<Record<string, JobTask>>} */
  #jobs;
  /** @type {Readonly<Record<string, string>>} */
  #labels;
  /** @type {number} */
  #graceSeconds;

  /**
   * @param {object} args
   * @param {Readonly<Record<string, JobTask>>} args.jobs
   * @param {Readonly<Record<string, string>>} args.labels those of all of its runs
   * @param {number} args.graceSeconds the time that a run may take to end when it is asked to
   */
  constructor({ jobs, labels, graceSeconds }) {
    this.#jobs = jobs;
    this.#labels = labels;
    this.#graceSeconds = graceSeconds;
  }

  /** The runs that were begun and that nobody waits for. What was made and never started is removed. */
  async begun() {
    const label = Object.entries(this.#labels).map(([key, value]) => `${key}=${value}`);
    const listed = await engine("GET", `/containers/json?all=1&${filtersIn({ label })}`);
    /** @type {Begun[]} */
    const begun = [];
    for (const {
      Id,
      State,
      Labels,
    } of /** @type {{ Id: string, State: string, Labels: Readonly<Partial<Record<string, string>>> }[]} */ (
      listed
    )) {
      if (State === "created") await removeContainer(Id);
      else {
        const job = Labels[jobLabel] ?? "";
        const seconds = Number(Labels[secondsLabel]);
        begun.push({
          job,
          due: Date.parse(Labels[dueLabel] ?? ""),
          ended: () => this.#end(Id, job, seconds),
        });
      }
    }
    return begun;
  }

  /**
   * Runs a job.
   *
   * @param {string} name
   * @param {string} due the time that it is for, in ISO's form
   * @returns {Promise<Outcome>}
   */
  async run(name, due) {
    const job = this.#jobs[name];
    if (job === undefined) throw new Error(`no such job: ${name}`);
    const { service, command, timeoutSeconds, container, copies } = job;
    const copy = await firstOf(copies);
    if (copy === undefined)
      return failed(`no copy of ${service} is there, got none of ${copies.join(", ")}; release it again`);
    const labels = {
      ...job.labels,
      ...this.#labels,
      [jobLabel]: name,
      [dueLabel]: due,
      [secondsLabel]: String(timeoutSeconds),
    };
    try {
      await engine("POST", `/containers/create?name=${container}`, containerLike(copy, { command, labels }));
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) return this.#occupied(container);
      throw error;
    }
    const made = await inspect(container);
    if (made === undefined) return failed("somebody removed its container");
    try {
      await passSecretsOn(copy.Id, made, made.Id);
      await engine("POST", `/containers/${made.Id}/start`);
    } catch (error) {
      if (!isEngineGone(error)) await removeContainer(made.Id);
      throw error;
    }
    return this.#end(made.Id, name, timeoutSeconds);
  }

  /**
   * Whether what has a job's name runs. One whose starter was killed is removed.
   *
   * @param {string} container
   * @returns {Promise<"goes on" | "later">}
   */
  async #occupied(container) {
    const found = await inspect(container);
    if (found?.State.Running === true) return "goes on";
    const { Created = "", State } = found ?? {};
    const last = Math.max(Date.parse(Created), Date.parse(State?.FinishedAt ?? ""));
    if (found !== undefined && Date.now() - last > leftAfter) await removeContainer(found.Id);
    return "later";
  }

  /**
   * Waits for a run's end, or ends it when its time is up, and removes it.
   *
   * @param {string} id
   * @param {string} name
   * @param {number} timeoutSeconds
   * @returns {Promise<Ended>}
   */
  async #end(id, name, timeoutSeconds) {
    const isLate = await this.#isLate(id, timeoutSeconds);
    const ended = await inspect(id);
    if (ended === undefined) return failed("somebody removed its container");
    const { StartedAt, FinishedAt, ExitCode: exitCode, OOMKilled: outOfMemory } = ended.State;
    const log = await this.#printed(ended, name);
    await removeContainer(id);
    const at = Date.parse(StartedAt);
    const seconds = Math.max(0, Math.round((Date.parse(FinishedAt) - at) / 100) / 10);
    const run = { at, seconds, exitCode, log };
    if (isLate) return { ...run, problem: `was not done within ${timeoutSeconds} s` };
    if (exitCode === 0) return run;
    const limits = { memory: ended.HostConfig.Memory, pids: 0, remedy: "raise towpath:limits.memory" };
    const limited = endedByLimits({ exitCode, outOfMemory, printed: log.join("\n") }, limits);
    const problem =
      limited === undefined ? `ended with exit code ${exitCode}` : `${limited.how}; ${limited.remedy}`;
    return { ...run, problem };
  }

  /**
   * @param {string} id
   * @param {number} timeoutSeconds
   */
  async #isLate(id, timeoutSeconds) {
    const found = await inspect(id);
    if (found?.State.Running !== true) return false;
    const left = Date.parse(found.State.StartedAt) + timeoutSeconds * 1000 - Date.now();
    const end = engine("POST", `/containers/${id}/wait`, undefined, longest).then(
      () => false,
      (/** @type {unknown} */ error) => {
        if (error instanceof Refusal && error.status === 404) return false;
        throw error;
      },
    );
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    /** @type {Promise<boolean>} */
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, Math.max(left, 0), true);
    });
    const isLate = await Promise.race([end, late]).finally(() => {
      clearTimeout(timer);
    });
    if (!isLate) return false;
    const seconds = this.#graceSeconds;
    await engine("POST", `/containers/${id}/stop?t=${seconds}`, undefined, seconds + 60).catch(
      ignoringAbsence,
    );
    await end;
    return true;
  }

  /**
   * @param {Found & Inspected} ended
   * @param {string} name
   */
  async #printed(ended, name) {
    const asked = `/containers/${ended.Id}/logs?stdout=1&stderr=1&tail=${lastLines}`;
    const said = textIn(await engineBytes("GET", asked));
    try {
      const values = await secretValuesOf(ended, ended.Id, this.#jobs[name]?.plainVariables ?? []);
      return keptLines(blankOut(said, values));
    } catch (error) {
      if (isEngineGone(error)) throw error;
      return ["(not shown: its secrets cannot be read)"];
    }
  }
}

/**
 * The first of the copies that is there; one that was stopped is as good.
 *
 * @param {readonly string[]} copies
 */
async function firstOf(copies) {
  for (const copy of copies) {
    const found = await inspect(copy);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * @param {string} container
 * @returns {Promise<(Found & Inspected) | undefined>}
 */
async function inspect(container) {
  return /** @type {(Found & Inspected) | undefined} */ (await findContainer(container));
}

/**
 * @param {string} problem
 * @returns {Ended}
 */
function failed(problem) {
  return { at: Date.now(), seconds: 0, problem, log: [] };
}
