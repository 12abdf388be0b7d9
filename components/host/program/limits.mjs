/** The limits of what runs once and is gone where no setting says them, for steps and for programs on a host. */
import { size } from "../../input/size.mjs";

/** @typedef {import("../../contract/command-run.ts").RunLimits} RunLimits */

/**
 * The end of a command by its limits, in words that follow its name.
 *
 * @typedef {object} LimitedEnd
 * @property {string} how
 * @property {string} remedy
 */

/**
 * The known facts of a command that failed.
 *
 * @typedef {object} Ending
 * @property {number | undefined} exitCode
 * @property {boolean} [outOfMemory] true when the kernel has ended one of its processes for want of memory; undefined where
 *   nothing tells
 * @property {string} printed the last that it printed
 */

/** The most processes where no setting says it: as many as Podman gives a container, see podman-run(1). */
const mostProcesses = 2048;

/** The exit code of a program that was ended by SIGKILL, which is how the kernel ends one for want of memory. */
const killed = 137;

/**
 * The limits of a command where no setting says them: half of the engine's memory, as Linux gives a tmpfs, see tmpfs(5).
 *
 * @param {number} memoryTotal in bytes
 * @returns {RunLimits}
 */
export function limitsFromEngine(memoryTotal) {
  return {
    memory: Math.floor(memoryTotal / 2),
    pids: mostProcesses,
    remedy: "give the Docker engine more memory, of which it may use half",
  };
}

/**
 * The options of its `/tmp`, in memory, of half of it.
 *
 * Programs may be started from there, as from a `/tmp` in the container's own file system: runtimes unpack libraries there.
 *
 * @param {number} memory in bytes
 */
export function temporaryFolder(memory) {
  return `exec,size=${temporaryBytes(memory)}`;
}

/**
 * Returns how its limits ended a command that failed; undefined for one that ended otherwise.
 *
 * @param {Ending} ending
 * @param {RunLimits} limits
 * @returns {LimitedEnd | undefined}
 */
export function endedByLimits({ exitCode, outOfMemory, printed }, { memory, remedy }) {
  const smaller = `${remedy}, or do the work in smaller parts`;
  if (outOfMemory === true)
    return { how: `needed more memory than its limit of ${size(memory)}`, remedy: smaller };
  if (exitCode === killed) {
    return {
      how: `was killed (exit code ${killed}), as for want of memory, of which it has ${size(memory)}`,
      remedy: `if nobody ended it, ${smaller}`,
    };
  }
  if (/no space left on device|ENOSPC/i.test(printed)) {
    return {
      how: `found no room: /tmp holds ${size(temporaryBytes(memory))}, half of its memory, or the disk is full`,
      remedy: `${remedy}, write less to /tmp, or free some of the disk`,
    };
  }
  return undefined;
}

/** @param {number} memory in bytes */
function temporaryBytes(memory) {
  return Math.floor(memory / 2);
}
