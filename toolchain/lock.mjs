import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/**
 * Calls `work` while no other process holds the lock of this file.
 *
 * The lock is flock's on an open file, so it is gone when this process is, however it ended. Where there is no flock
 * command (macOS), `work` runs without a lock: two builds then do the same work, and each is still whole.
 *
 * @template T
 * @param {string} path the lock's file, made when it is not there
 * @param {{ signal: AbortSignal | undefined, onWait: () => void }} settings `onWait` is called when the lock is taken
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function whileLocked(path, { signal, onWait }, work) {
  const file = openSync(path, "a");
  try {
    const taken = 1; // the exit code of flock when somebody else has the lock
    if ((await flock(file, ["--exclusive", "--nonblock"], signal)) === taken) {
      onWait();
      await flock(file, ["--exclusive"], signal);
    }
    return await work();
  } finally {
    closeSync(file);
  }
}

/**
 * Runs flock on an open file, which the command knows as number 3, and returns its exit code.
 *
 * @param {number} file
 * @param {string[]} args
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<number | null>} null without a flock command
 */
function flock(file, args, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn("flock", [...args, "3"], { signal, stdio: ["ignore", "ignore", "ignore", file] });
    child.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "ENOENT") resolve(null);
      else reject(error);
    });
    child.on("close", resolve);
  });
}
