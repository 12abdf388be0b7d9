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
 * Asks the engine.
 *
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @param {number} [seconds]
 * @returns {Promise<unknown>} the answer, as JSON where it is some
 * @throws {Refusal} when it refuses
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
        if (status >= 400) reject(new Refusal(`${method} ${path}: ${status} ${text.trim()}`, status));
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

/**
 * The filters of a list, as the engine wants them in an address.
 *
 * @param {Readonly<Record<string, readonly string[]>>} filters
 */
export function filtersIn(filters) {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}
