import { startAll, stopAll, wakeSeconds } from "./containers.mjs";
import { Kept } from "./kept.mjs";
import { isPersons } from "./persons.mjs";
import { previewsIn, toStart, usesMachine } from "./previews.mjs";
import { idleIn, roomFor } from "./room.mjs";

/** @typedef {import("./previews.mjs").Preview} Preview */
/** @typedef {import("./previews.mjs").Part} Part */
/** @typedef {import("./room.mjs").Tenant} Tenant */

/**
 * @typedef {object} HostArgs
 * @property {import("./engine.mjs").Engine} engine
 * @property {import("./room.mjs").Room} room
 * @property {string} gateway the container that reaches all previews
 * @property {string} file where it keeps what has to outlive it
 * @property {() => number} now
 */

/** @typedef {"pass" | "asleep" | "full" | "failed"} Admission the answer to a request */

/** The time for which a preview that was awake counts as awake without another look, in milliseconds. */
const believedFor = 2000;

/** The time that a release may take to make its containers, in milliseconds; until then its room is kept for it. */
const madeWithin = 15 * 60_000;

/** The previews of a host: which are awake, which sleep, and who waits for room. */
export class Host {
  /** @type {HostArgs} */
  #args;
  /** @type {number} */
  #began;
  /** @type {Map<string, number>} the time of the last activity, by namespace */
  #active = new Map();
  /** @type {Map<string, number>} the time until which a preview counts as awake */
  #awake = new Map();
  /** @type {Map<string, Promise<unknown>>} what is being done to a preview: one thing after the other */
  #working = new Map();
  /** @type {Map<string, Promise<Admission>>} the wakes under way, which all requests share */
  #waking = new Map();
  /** @type {Map<string, number>} the limits of containers, by their ids */
  #memory = new Map();

  /** @type {Kept} */
  #kept;

  /** @param {HostArgs} args */
  constructor(args) {
    this.#args = args;
    this.#kept = new Kept(args);
    this.#began = args.now();
  }

  /**
   * Answers the gateway's question about a request: it passes when the preview is awake, and is held while a person's wakes it.
   *
   * @param {string} namespace
   * @param {import("./persons.mjs").Visit} visit
   * @returns {Promise<Admission>}
   */
  async visit(namespace, visit) {
    const { now } = this.#args;
    const person = isPersons(visit);
    if (person) this.#active.set(namespace, now());
    if (now() < (this.#awake.get(namespace) ?? 0)) return "pass";
    if (!this.#working.has(namespace)) {
      const preview = (await this.#previews()).get(namespace);
      // Of one that is not there, or has nothing to start, the gateway knows better what to say.
      if (preview === undefined || toStart(preview).length === 0) {
        if (!this.#working.has(namespace)) this.#awake.set(namespace, now() + believedFor);
        return "pass";
      }
    }
    return person ? this.wake(namespace) : "asleep";
  }

  /**
   * Wakes a preview, where there is room.
   *
   * @param {string} namespace
   * @returns {Promise<Admission>}
   */
  wake(namespace) {
    const under = this.#waking.get(namespace);
    if (under !== undefined) return under;
    const waking = this.#wakeOnce(namespace).finally(() => this.#waking.delete(namespace));
    this.#waking.set(namespace, waking);
    return waking;
  }

  /**
   * @param {string} namespace
   * @returns {Promise<Admission>}
   */
  async #wakeOnce(namespace) {
    const { now } = this.#args;
    this.#active.set(namespace, now());
    const sleeping = (await this.#previews()).get(namespace);
    if (sleeping === undefined) return "pass";
    const memory = await this.#memoryOf(sleeping.parts);
    const { answer } = await this.#decide({ namespace, memory }, async (decided) => {
      if (decided.answer !== "room") return;
      this.#kept.reserve(namespace, memory, wakeSeconds * 1000);
      await this.#sleepAll(decided.sleep);
    });
    if (answer !== "room") return "full";
    const awake = await this.#inTurn(namespace, async () => {
      const preview = (await this.#previews()).get(namespace);
      return preview === undefined || startAll(preview, this.#args);
    });
    if (!awake) return "failed";
    this.#awake.set(namespace, now() + believedFor);
    this.#active.set(namespace, now());
    return "pass";
  }

  /**
   * Puts a preview to sleep.
   *
   * @param {string} namespace
   * @param {number} [unlessAfter] leaves it alone when it was used after that time; left out, it sleeps whoever uses it
   */
  async sleep(namespace, unlessAfter = Infinity) {
    await this.#inTurn(namespace, async () => {
      if ((this.#active.get(namespace) ?? 0) > unlessAfter) return;
      this.#awake.delete(namespace);
      const preview = (await this.#previews()).get(namespace);
      if (preview !== undefined) await stopAll(preview, this.#args.engine);
      this.#kept.release(namespace);
    });
  }

  /**
   * Gives a release room before it makes anything: wakes a preview that sleeps, keeps room for one that is not there, or puts
   * it into the queue.
   *
   * @param {string} namespace
   * @param {number} memory the most that its containers may use together, in bytes
   */
  async admit(namespace, memory) {
    const decided = await this.#decide({ namespace, memory }, async (answer) => {
      if (answer.answer === "room") {
        this.#kept.reserve(namespace, memory, madeWithin);
        await this.#sleepAll(answer.sleep);
      } else if (answer.answer === "waits") this.#kept.enqueue(namespace, memory);
    });
    if (decided.answer !== "room") return decided;
    this.#active.set(namespace, this.#args.now());
    const found = (await this.#previews()).get(namespace);
    if (found !== undefined && toStart(found).length > 0) await this.wake(namespace);
    return decided;
  }

  /**
   * Says what `admit` would do, and does nothing.
   *
   * @param {string} namespace
   * @param {number} memory
   */
  look(namespace, memory) {
    return this.#decide({ namespace, memory }, () => Promise.resolve());
  }

  /**
   * Forgets a preview that is closed: its place in the queue, and the room that was kept for it.
   *
   * @param {string} namespace
   */
  leave(namespace) {
    this.#active.delete(namespace);
    this.#awake.delete(namespace);
    this.#kept.forget(namespace);
  }

  /** The previews of the host, the queue, and those in it whose turn has come: there would be room for them now. */
  async state() {
    const { room, now } = this.#args;
    const previews = [...(await this.#previews()).values()];
    const all = await this.#tenants();
    const tenants = new Map(all.map((tenant) => [tenant.namespace, tenant]));
    const { queue } = this.#kept;
    const host = { room, tenants: all, queue, now: now() };
    return {
      room,
      previews: previews.map((preview) => ({
        namespace: preview.namespace,
        awake: usesMachine(preview),
        memory: tenants.get(preview.namespace)?.memory ?? 0,
        active: this.#lastActive(preview),
      })),
      queue: queue.map(({ namespace }) => namespace),
      turn: queue
        .filter((waiting) => roomFor(waiting, host).answer === "room")
        .map(({ namespace }) => namespace),
    };
  }

  /** Puts those to sleep that have been idle for long enough. */
  async sleepIdle() {
    const { room, now } = this.#args;
    await this.#sleepAll(idleIn(room, await this.#tenants(), now()));
  }

  /** @param {readonly Tenant[]} tenants */
  async #sleepAll(tenants) {
    await Promise.all(tenants.map(({ namespace, active }) => this.sleep(namespace, active)));
  }

  /** @type {Promise<unknown>} */
  #deciding = Promise.resolve();

  /**
   * Decides about room, and acts on it before the next decision.
   *
   * @param {{ namespace: string, memory: number }} asking
   * @param {(answer: import("./room.mjs").Answer) => Promise<void>} act
   */
  #decide(asking, act) {
    const decision = this.#deciding.then(async () => {
      const { room, now } = this.#args;
      const { queue } = this.#kept;
      const answer = roomFor(asking, { room, tenants: await this.#tenants(), queue, now: now() });
      await act(answer);
      return answer;
    });
    this.#deciding = decision.catch(() => undefined);
    return decision;
  }

  /**
   * Does one thing to a preview after the other.
   *
   * @template Result
   * @param {string} namespace
   * @param {() => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  async #inTurn(namespace, work) {
    const before = this.#working.get(namespace);
    const result = Promise.resolve(before?.catch(() => undefined)).then(work);
    this.#working.set(namespace, result);
    try {
      return await result;
    } finally {
      if (this.#working.get(namespace) === result) this.#working.delete(namespace);
    }
  }

  /** The previews that are awake, or being made. */
  async #tenants() {
    const { now } = this.#args;
    const { reserved } = this.#kept;
    const awake = [...(await this.#previews()).values()].filter(usesMachine);
    /** @type {Tenant[]} */
    const tenants = await Promise.all(
      awake.map(async (preview) => {
        const { namespace } = preview;
        const memory = await this.#memoryOf(preview.parts.filter(({ runs }) => runs));
        const kept = reserved.get(namespace);
        const beingMade = kept !== undefined;
        return {
          namespace,
          memory: Math.max(memory, kept ?? 0),
          active: this.#lastActive(preview),
          beingMade,
        };
      }),
    );
    const there = new Set(tenants.map(({ namespace }) => namespace));
    for (const [namespace, memory] of reserved) {
      if (!there.has(namespace)) tenants.push({ namespace, memory, active: now(), beingMade: true });
    }
    return tenants;
  }

  /** @param {Preview} preview */
  #lastActive({ namespace, newest }) {
    // Nobody knows what was before the activator itself began.
    return Math.max(this.#active.get(namespace) ?? 0, newest, this.#began);
  }

  /** @param {readonly Part[]} parts */
  async #memoryOf(parts) {
    const each = await Promise.all(
      parts.map(async ({ id }) => {
        const known = this.#memory.get(id) ?? (await this.#args.engine.memoryOf(id).catch(() => 0));
        this.#memory.set(id, known);
        return known;
      }),
    );
    return each.reduce((sum, memory) => sum + memory, 0);
  }

  async #previews() {
    return previewsIn(await this.#args.engine.listContainers());
  }
}
