import { isoOf } from "../../input/times.mjs";
import { isGood } from "./dumps.mjs";

/** @typedef {import("./dumps.mjs").Dump} Dump */
/** @typedef {import("./restic.mjs").Copied} Copied */
/** @typedef {import("./scheduler.mjs").FailedTry} FailedTry */

/**
 * What is kept through a restart.
 *
 * @typedef {object} KeptCopies
 * @property {string} repository the address of what was copied to
 * @property {Copied} [newest]
 * @property {FailedTry} [failure] the last one since then
 */

/**
 * @typedef {object} StorageArgs
 * @property {string} repository
 * @property {() => readonly Dump[]} dumps the newest first
 * @property {() => Promise<Copied | { readonly problem: string }>} copy
 * @property {() => KeptCopies | undefined} read
 * @property {(kept: KeptCopies) => void} write
 * @property {() => number} now
 */

/**
 * The state of the copies in a storage.
 *
 * @typedef {object} StorageState
 * @property {string} repository as restic takes it
 * @property {boolean} running true while one is made
 * @property {{ readonly snapshot: string, readonly at: string, readonly dumps: readonly string[] }} [newest] with the time in
 *   ISO's form; left out where there is none
 * @property {{ readonly at: string, readonly reason: string, readonly tries: number }} [lastFailure] left out where the last
 *   try succeeded
 * @property {import("./storage-jobs.mjs").Job} [job] what somebody asked of it last
 */

/** The time between two tries of a copy that fails, in milliseconds. */
const retryAfter = 15 * 60_000;

/** Copies into a storage elsewhere, whenever a good dump is not in it. */
export class Storage {
  /** @type {StorageArgs} */
  #args;
  /** @type {KeptCopies} */
  #kept;
  #running = false;
  /** When this program began: it, its host and the way to the storage are others since then. */
  #began;

  /** @param {StorageArgs} args */
  constructor(args) {
    this.#args = args;
    this.#began = args.now();
    const kept = args.read();
    this.#kept = kept?.repository === args.repository ? kept : { repository: args.repository };
  }

  /** Copies where something is not copied yet. */
  async look() {
    if (this.#running || !this.#isDue() || this.#waits()) return;
    this.#running = true;
    try {
      const outcome = await this.#args.copy().catch(unexpected);
      const { repository, newest, failure } = this.#kept;
      if ("problem" in outcome) {
        const tries = (failure?.tries ?? 0) + 1;
        this.#write({
          repository,
          ...(newest !== undefined && { newest }),
          failure: { at: this.#args.now(), reason: outcome.problem, tries },
        });
      } else this.#write({ repository, newest: outcome });
    } finally {
      this.#running = false;
    }
  }

  /** @returns {StorageState} */
  state() {
    const { repository, newest, failure } = this.#kept;
    return {
      repository,
      running: this.#running,
      ...(newest !== undefined && { newest: { ...newest, at: isoOf(newest.at) } }),
      ...(failure !== undefined && { lastFailure: { ...failure, at: isoOf(failure.at) } }),
    };
  }

  #isDue() {
    const copied = this.#kept.newest?.dumps ?? [];
    return this.#args.dumps().some((dump) => isGood(dump) && !copied.includes(dump.file));
  }

  /** Tells whether the last try failed, and only just now; a clock that was set back makes nobody wait for longer. */
  #waits() {
    const { failure } = this.#kept;
    if (failure === undefined || failure.at < this.#began) return false;
    return Math.abs(this.#args.now() - failure.at) < retryAfter;
  }

  /** @param {KeptCopies} kept */
  #write(kept) {
    this.#kept = kept;
    this.#args.write(kept);
  }
}

/** @param {unknown} error */
function unexpected(error) {
  return { problem: error instanceof Error ? error.message : String(error) };
}
