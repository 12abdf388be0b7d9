/** Docker's API over the engine's socket. */
import { Buffer } from "node:buffer";
import { request } from "node:http";

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

const socketPath = "/var/run/docker.sock";

/** The time that a call may take unless the caller says otherwise, in seconds: as long as a container may take to stop. */
const usualSeconds = 60;

/**
 * Asks the engine.
 *
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {object} [body]
 * @param {number} [seconds]
 * @returns {Promise<unknown>} the answer, as JSON where it is some
 */
export function engine(method, path, body, seconds = usualSeconds) {
  return new Promise((resolve, reject) => {
    const sent = body === undefined ? "" : JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(sent) };
    const call = request({ socketPath, method, path, headers, timeout: seconds * 1000 }, (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on("data", (/** @type {Buffer} */ chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const status = answer.statusCode ?? 0;
        // 304: it is as it should be already.
        if (status >= 400) reject(new Error(`${method} ${path}: ${status} ${text.trim()}`));
        else
          resolve(
            answer.headers["content-type"] === "application/json" && text !== "" ? JSON.parse(text) : text,
          );
      });
    });
    call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer within ${seconds} s`)));
    call.on("error", reject);
    call.end(sent);
  });
}

/** The containers of all previews, whether they run or not. */
export async function listContainers() {
  const filters = JSON.stringify({ label: ["towpath.environment=preview"] });
  const listed = await engine("GET", `/containers/json?all=1&filters=${encodeURIComponent(filters)}`);
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
