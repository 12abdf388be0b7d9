import assert from "node:assert/strict";
import {
  idleIn,
  roomFor,
  type Room,
  type Tenant,
  type Waiting,
} from "../../../components/activator/program/room.mjs";

const now = Date.parse("2026-01-02T12:00:00Z");
const minute = 60_000;
const room: Room = { memory: 600, previews: 3, whenFull: "sleep", sleepAfter: 7200 };

/** A preview of 200 bytes that was used so many minutes ago. */
function used(namespace: string, minutesAgo: number, more: Partial<Tenant> = {}): Tenant {
  return { namespace, memory: 200, active: now - minutesAgo * minute, beingMade: false, ...more };
}

function waiting(namespace: string, memory = 200): Waiting {
  return { namespace, memory, asked: now - minute };
}

/** The answer to a preview that asks for 200 bytes. */
function answerTo(
  namespace: string,
  {
    tenants = [],
    queue = [],
    ...more
  }: Partial<Room> & { tenants?: readonly Tenant[]; queue?: readonly Waiting[] },
  memory = 200,
): unknown {
  const { taken, ...answer } = roomFor(
    { namespace, memory },
    { room: { ...room, ...more }, tenants, queue, now },
  );
  return "sleep" in answer ? { ...answer, sleep: answer.sleep.map((tenant) => tenant.namespace) } : answer;
}

const full = [used("a", 5), used("b", 90), used("c", 30)];

describe("room for a preview", () => {
  it("is there while number and memory allow it", () => {
    assert.deepEqual(answerTo("d", { tenants: full.slice(1) }), { answer: "room", sleep: [] });
    assert.deepEqual(roomFor({ namespace: "d", memory: 1 }, { room, tenants: full, queue: [], now }).taken, {
      memory: 600,
      previews: 3,
    });
  });

  it("is made by the one that has been idle for longest, and the next, until it suffices", () => {
    assert.deepEqual(answerTo("d", { tenants: full }), { answer: "room", sleep: ["b"] });
    assert.deepEqual(answerTo("d", { tenants: full }, 400), { answer: "room", sleep: ["b", "c"] });
  });

  it("is waited for in a queue, as configured, or where nobody is idle", () => {
    assert.deepEqual(answerTo("d", { tenants: full, whenFull: "wait" }), { answer: "waits", place: 1 });
    const busy = [used("a", 0), used("b", 0.9), used("c", 30, { beingMade: true })];
    assert.deepEqual(answerTo("d", { tenants: busy }), { answer: "waits", place: 1 });
  });

  it("is given to those first who came first", () => {
    const queue = [waiting("x"), waiting("y"), waiting("d")];
    const one = { tenants: full.slice(0, 2), queue, whenFull: "wait" } as const;
    assert.deepEqual(answerTo("d", one), { answer: "waits", place: 3 });
    assert.deepEqual(answerTo("x", one), { answer: "room", sleep: [] });
    assert.deepEqual(answerTo("z", one), { answer: "waits", place: 4 });
    // Nobody waits for a place that is kept while there is enough for both.
    assert.deepEqual(answerTo("z", { tenants: [], queue: [waiting("x")] }), { answer: "room", sleep: [] });
  });

  it("is not kept for those who never came back", () => {
    const gone = { ...waiting("x"), asked: now - 25 * 60 * minute };
    const one = { tenants: full.slice(0, 2), queue: [gone], whenFull: "wait" } as const;
    assert.deepEqual(answerTo("d", one), { answer: "room", sleep: [] });
  });

  it("stays with those that have it, and never suffices for what is greater than all of it", () => {
    assert.deepEqual(answerTo("a", { tenants: full, whenFull: "wait" }), { answer: "room", sleep: [] });
    assert.deepEqual(answerTo("d", {}, 601), { answer: "never" });
  });

  it("is left by previews whose last activity is long enough ago, but for those that are being made", () => {
    const tenants = [used("a", 119), used("b", 120), used("c", 500, { beingMade: true })];
    assert.deepEqual(
      idleIn(room, tenants, now).map(({ namespace }) => namespace),
      ["b"],
    );
  });
});
