import { closeSync, openSync } from "node:fs";
import { run } from "./command.mjs";

/** The file of the lock: the same for all users of this machine, whatever folder for temporary files they have. */
const path = "/tmp/towpath-images.lock";

/**
 * Calls `work` while no other process on this machine builds images.
 *
 * The lock is flock's, on an open file: `work` hands the descriptor to the commands it runs, so the lock is gone when
 * this process and all of them are, however they ended.
 *
 * @template T
 * @param {{ signal: AbortSignal, onWait: () => void }} settings `onWait` is called when another process has the lock
 * @param {(lock: number) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function whileLocked({ signal, onWait }, work) {
  const lock = openLock();
  try {
    // The descriptor is number 3 in the commands that get it.
    const isFree = await run("flock", ["--exclusive", "--nonblock", "3"], { lock }).then(
      () => true,
      () => false,
    );
    if (!isFree) {
      onWait();
      await run("flock", ["--exclusive", "3"], { signal, lock });
    }
    return await work(lock);
  } finally {
    closeSync(lock);
  }
}

function openLock() {
  try {
    // Reading is enough for a lock, and allowed on another user's file.
    return openSync(path, "r");
  } catch {
    return openSync(path, "a");
  }
}
