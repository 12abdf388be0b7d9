/** Docker's API over the engine's socket, for programs that run in a container on the host. */
import { Buffer } from "node:buffer";
import { request } from "node:http";

const socketPath = "/var/run/docker.sock";

/** The time that a call may take unless the caller says otherwise, in seconds: as long as a container may take to stop. */
const usualSeconds = 60;

/** The engine's refusal of a call. */
export class Refusal extends Error {
  /** @type {number} */
  status;

  /**
   * @param {string} message
   * @param {number} status HTTP's
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Tells whether a call failed for want of an engine. One that was started anew has another socket, which a container sees
 * once it is started again.
 *
 * @param {unknown} error
 */
export function isEngineGone(error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  return code !== undefined && ["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE"].includes(code);
}

/**
 * Passes on what failed, unless what was asked for is not there.
 *
 * @param {unknown} error
 * @throws {unknown} the error
 */
export function ignoringAbsence(error) {
  // 409: it is being removed already.
  if (error instanceof Refusal && [404, 409].includes(error.status)) return undefined;
  throw error;
}

/**
 * Looks for a container.
 *
 * @param {string} container
 * @returns {Promise<unknown>} what the engine tells of it; undefined where it is not there
 */
export function findContainer(container) {
  return engine("GET", `/containers/${container}/json`).catch(ignoringAbsence);
}

/**
 * Removes a container, whatever it does, with its volumes that have no name; one that is gone is fine.
 *
 * @param {string} container
 */
export async function removeContainer(container) {
  await engine("DELETE", `/containers/${container}?force=1&v=1`).catch(ignoringAbsence);
}

/**
 * Pulls an image.
 *
 * @param {string} image its reference, with a tag or a digest
 * @param {number} seconds the time that it may take without a word
 * @throws {Error} when it cannot be pulled
 */
export async function pullImage(image, seconds) {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}`;
  const { bytes } = await call("POST", path, { type: "application/json", bytes: Buffer.alloc(0) }, seconds);
  // A line of JSON for each step; what fails is one of them, because the engine has answered before.
  for (const line of bytes.toString("utf8").split("\n")) {
    if (line.trim() === "") continue;
    /** @type {unknown} */
    const step = JSON.parse(line);
    const { error } = /** @type {{ error?: string }} */ (step);
    if (error !== undefined) throw new Error(`${image} cannot be pulled: ${error}`);
  }
}

/** @returns {Promise<number>} the memory of the engine's machine in bytes */
export async function memoryTotal() {
  const info = await engine("GET", "/info");
  return /** @type {{ MemTotal: number }} */ (info).MemTotal;
}

/**
 * Asks the engine.
 *
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @param {number} [seconds]
 * @returns {Promise<unknown>} the answer, as JSON where it is some
 * @throws {Refusal} when it refuses
 */
export async function engine(method, path, body, seconds = usualSeconds) {
  const sent = Buffer.from(body === undefined ? "" : JSON.stringify(body));
  const { type, bytes } = await call(method, path, { type: "application/json", bytes: sent }, seconds);
  const text = bytes.toString("utf8");
  if (type !== "application/json" || text === "") return text;
  /** @type {unknown} */
  const answer = JSON.parse(text);
  return answer;
}

/**
 * Asks the engine for bytes, or sends it some: an archive, a log.
 *
 * @param {"GET" | "PUT"} method
 * @param {string} path
 * @param {Buffer} [archive]
 * @returns {Promise<Buffer>}
 * @throws {Refusal} when it refuses
 */
export async function engineBytes(method, path, archive = Buffer.alloc(0)) {
  return (await call(method, path, { type: "application/x-tar", bytes: archive }, usualSeconds)).bytes;
}

/** @typedef {{ readonly type: string | undefined, readonly bytes: Buffer }} Body */

/**
 * @param {string} method
 * @param {string} path
 * @param {Body} sent
 * @param {number} seconds
 * @returns {Promise<Body>}
 */
function call(method, path, sent, seconds) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": sent.type, "content-length": sent.bytes.length };
    const asked = request({ socketPath, method, path, headers, timeout: seconds * 1000 }, (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on("data", (/** @type {Buffer} */ chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const status = answer.statusCode ?? 0;
        const said = `${method} ${path}: ${status} ${bytes.toString("utf8").trim()}`;
        // 304: it is as it should be already.
        if (status >= 400) reject(new Refusal(said, status));
        else resolve({ type: answer.headers["content-type"], bytes });
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${method} ${path}: no answer within ${seconds} s`)));
    asked.on("error", reject);
    asked.end(sent.bytes);
  });
}

/**
 * The filters of a list, as the engine wants them in an address.
 *
 * @param {Readonly<Record<string, readonly string[]>>} filters
 */
export function filtersIn(filters) {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}
