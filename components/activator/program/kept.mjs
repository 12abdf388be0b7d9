import { readFileSync, writeFileSync } from "node:fs";
import { placeIsKept } from "./room.mjs";

/** @typedef {import("./room.mjs").Waiting} Waiting */

/**
 * What is kept, by previews' namespaces.
 *
 * @typedef {object} Content
 * @property {readonly Waiting[]} queue
 * @property {Readonly<Record<string, { readonly memory: number, readonly until: number }>>} made the room of those that are
 *   being made, until when at the latest
 */

/** What the activator keeps through a restart of its own: who waits for room, and for whom room is kept. */
export class Kept {
  /** @type {string} */
  #file;
  /** @type {() => number} */
  #now;

  /** @param {{ readonly file: string, readonly now: () => number }} args */
  constructor({ file, now }) {
    this.#file = file;
    this.#now = now;
  }

  /** Who waits, the first first. */
  get queue() {
    return this.#read().queue;
  }

  /** The memory that is kept for previews that are being made, by namespace. */
  get reserved() {
    const now = this.#now();
    const made = Object.entries(this.#read().made).filter(([, { until }]) => now < until);
    return new Map(made.map(([namespace, { memory }]) => [namespace, memory]));
  }

  /**
   * Keeps room for a preview, which waits no longer.
   *
   * @param {string} namespace
   * @param {number} memory
   * @param {number} within in milliseconds
   */
  reserve(namespace, memory, within) {
    const { queue, made } = this.#read();
    const until = Math.max(this.#now() + within, made[namespace]?.until ?? 0);
    this.#write({ queue: without(queue, namespace), made: { ...made, [namespace]: { memory, until } } });
  }

  /**
   * Keeps no room for a preview any longer.
   *
   * @param {string} namespace
   */
  release(namespace) {
    const { queue, made } = this.#read();
    const { [namespace]: ended, ...others } = made;
    if (ended !== undefined) this.#write({ queue, made: others });
  }

  /**
   * Lets a preview wait, at the place that it has already, or at the end.
   *
   * @param {string} namespace
   * @param {number} memory
   */
  enqueue(namespace, memory) {
    const { queue, made } = this.#read();
    const place = { namespace, memory, asked: this.#now() };
    const known = queue.some((waiting) => waiting.namespace === namespace);
    const next = known
      ? queue.map((waiting) => (waiting.namespace === namespace ? place : waiting))
      : [...queue, place];
    this.#write({ queue: next, made });
  }

  /**
   * Forgets a preview.
   *
   * @param {string} namespace
   */
  forget(namespace) {
    this.release(namespace);
    const { queue, made } = this.#read();
    this.#write({ queue: without(queue, namespace), made });
  }

  /** @returns {Content} */
  #read() {
    try {
      /** @type {unknown} */
      const kept = JSON.parse(readFileSync(this.#file, "utf8"));
      return /** @type {Content} */ (kept);
    } catch {
      return { queue: [], made: {} }; // nothing was kept yet
    }
  }

  /** @param {Content} content */
  #write({ queue, made }) {
    const now = this.#now();
    const kept = {
      queue: queue.filter(({ asked }) => now - asked < placeIsKept),
      made: Object.fromEntries(Object.entries(made).filter(([, { until }]) => now < until)),
    };
    writeFileSync(this.#file, JSON.stringify(kept));
  }
}

/**
 * @param {readonly Waiting[]} queue
 * @param {string} namespace
 */
function without(queue, namespace) {
  return queue.filter((waiting) => waiting.namespace !== namespace);
}
