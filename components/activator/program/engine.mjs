/** What the activator asks of the host's engine. */
import { engine, filtersIn } from "../../host/program/engine.mjs";

/**
 * What the activator asks of the engine.
 *
 * @typedef {object} Engine
 * @property {() => Promise<readonly import("./previews.mjs").Listed[]>} listContainers
 * @property {(id: string) => Promise<number>} memoryOf
 * @property {(id: string) => Promise<void>} start
 * @property {(id: string) => Promise<void>} stop
 * @property {(container: string, command: readonly string[], seconds: number) => Promise<boolean>} runIn
 */

/** The containers of all previews, whether they run or not. */
export async function listContainers() {
  const filters = filtersIn({ label: ["towpath.environment=preview"] });
  const listed = await engine("GET", `/containers/json?all=1&${filters}`);
  return /** @type {import("./previews.mjs").Listed[]} */ (listed);
}

/**
 * Returns the most memory that a container may use, in bytes; 0 where it has no limit.
 *
 * @param {string} id
 */
export async function memoryOf(id) {
  const found = await engine("GET", `/containers/${id}/json`);
  return /** @type {{ HostConfig: { Memory: number } }} */ (found).HostConfig.Memory;
}

/** @param {string} id */
export async function start(id) {
  await engine("POST", `/containers/${id}/start`);
}

/**
 * Ends a container as it wants to be ended, within its own time. The engine does not start it again, not even after a reboot.
 *
 * @param {string} id
 */
export async function stop(id) {
  await engine("POST", `/containers/${id}/stop`);
}

/**
 * Runs a command in a container until it ends.
 *
 * @param {string} container
 * @param {readonly string[]} command
 * @param {number} seconds the time that it may take
 * @returns {Promise<boolean>} true when it succeeded
 */
export async function runIn(container, command, seconds) {
  const made = await engine("POST", `/containers/${container}/exec`, { Cmd: command, AttachStdout: true });
  const { Id: id } = /** @type {{ Id: string }} */ (made);
  await engine("POST", `/exec/${id}/start`, { Detach: false }, seconds);
  const ended = await engine("GET", `/exec/${id}/json`);
  return /** @type {{ ExitCode: number }} */ (ended).ExitCode === 0;
}
