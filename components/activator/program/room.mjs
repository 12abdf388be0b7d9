/**
 * The room for previews on a host, as the settings give it.
 *
 * @typedef {object} Room
 * @property {number} memory in bytes
 * @property {number} previews how many may be awake
 * @property {"sleep" | "wait"} whenFull
 * @property {number} sleepAfter the time after the last activity, in seconds
 */

/**
 * A preview that takes room: it is awake, or is being made.
 *
 * @typedef {object} Tenant
 * @property {string} namespace
 * @property {number} memory the most that its containers may use together, in bytes
 * @property {number} active the time of its last activity, in milliseconds since 1970
 * @property {boolean} beingMade a release of it has only begun
 */

/**
 * @typedef {object} Waiting a preview in the queue
 * @property {string} namespace
 * @property {number} memory in bytes
 * @property {number} asked when it last asked, in milliseconds since 1970
 */

/**
 * @typedef {object} Taken what is taken of a host's room, by the others
 * @property {number} memory in bytes
 * @property {number} previews
 */

/**
 * The answer to a preview that asks for room: there is some, perhaps once others sleep; it waits at that place of the queue;
 * or all of the room would not do.
 *
 * @typedef {{ readonly taken: Taken } & (
 *     { readonly answer: "room", readonly sleep: readonly Tenant[] }
 *   | { readonly answer: "waits", readonly place: number }
 *   | { readonly answer: "never" }
 * )} Answer
 */

/** The time without activity from which a preview counts as idle, in milliseconds: somebody may still read the page. */
const idleAfter = 60_000;

/** The time for which the queue keeps a place of one that does not ask again, in milliseconds: closing events get lost. */
export const placeIsKept = 24 * 3600_000;

/**
 * Decides whether a preview may be awake beside the others.
 *
 * The queue is first come, first served: one that asks gets room only where those before it would have theirs, too. Where
 * settings say `sleep`, the one that has been idle for longest gives way, and the next, until there is room.
 *
 * @param {{ readonly namespace: string, readonly memory: number }} asking
 * @param {{ readonly room: Room, readonly tenants: readonly Tenant[], readonly queue: readonly Waiting[], readonly now: number }} host
 * @returns {Answer}
 */
export function roomFor(asking, { room, tenants, queue, now }) {
  const others = tenants.filter(({ namespace }) => namespace !== asking.namespace);
  const taken = { memory: sum(others), previews: others.length };
  if (asking.memory > room.memory) return { answer: "never", taken };
  // One that is awake has its room already.
  if (others.length < tenants.length) return { answer: "room", sleep: [], taken };
  const waiting = queue.filter(({ asked }) => now - asked < placeIsKept);
  const at = waiting.findIndex(({ namespace }) => namespace === asking.namespace);
  const before = at === -1 ? waiting : waiting.slice(0, at);
  /** @param {readonly Tenant[]} staying */
  const fits = (staying) => {
    const all = [...staying, ...before, asking];
    return all.length <= room.previews && sum(all) <= room.memory;
  };
  const idle = others
    .filter(({ active, beingMade }) => !beingMade && now - active >= idleAfter)
    .sort((a, b) => a.active - b.active);
  for (let count = 0; count <= (room.whenFull === "sleep" ? idle.length : 0); count++) {
    const sleep = idle.slice(0, count);
    if (fits(others.filter((other) => !sleep.includes(other)))) return { answer: "room", sleep, taken };
  }
  return { answer: "waits", place: before.length + 1, taken };
}

/**
 * The previews that have been idle for so long that they sleep.
 *
 * @param {Pick<Room, "sleepAfter">} room
 * @param {readonly Tenant[]} tenants
 * @param {number} now
 */
export function idleIn({ sleepAfter }, tenants, now) {
  return tenants.filter(({ active, beingMade }) => !beingMade && now - active >= sleepAfter * 1000);
}

/** @param {readonly { readonly memory: number }[]} all */
function sum(all) {
  return all.reduce((total, { memory }) => total + memory, 0);
}
