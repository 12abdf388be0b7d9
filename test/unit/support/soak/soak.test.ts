/** The soak test's own parts: what happens, and what should run then. */
import assert from "node:assert/strict";
import { happenings, type Happening } from "../../../support/soak/happenings.ts";
import { Jobs } from "../../../support/soak/jobs.ts";
import { Model } from "../../../support/soak/model.ts";

const shares = { open: 3, settleAfter: 20, faultsIn: 50 };

describe("the happenings of a soak test", () => {
  it("are the same for a seed, and others for another", () => {
    assert.deepEqual(happenings(7, 50, shares), happenings(7, 50, shares));
    assert.notDeepEqual(happenings(7, 50, shares), happenings(8, 50, shares));
  });

  it("are as many as asked for, with looks at everything, the last one at the end", () => {
    const drawn = happenings(1, 1000, shares);
    const settles = drawn.filter(({ what }) => what === "settle");
    assert.equal(drawn.filter((one) => "delivery" in one).length, 1000);
    assert.equal(settles.length, 50);
    assert.equal(drawn.filter(({ what }) => what === "sweep").length, 50);
    assert.equal(drawn.at(-1)?.what, "settle");
  });

  it("have every deed, every delivery, every fault and stacked pull requests", () => {
    const drawn = happenings(1, 300, shares);
    const of = (key: string): unknown[] => [
      ...new Set(drawn.flatMap((one) => (key in one ? [(one as Record<string, unknown>)[key]] : []))),
    ];
    const deeds = ["open", "push", "close", "merge", "reopen", "label", "unlabel"];
    const others = ["change base", "change title", "lose state", "sweep", "settle"];
    assert.deepEqual(of("what").sort(), [...deeds, ...others].sort());
    assert.deepEqual(of("delivery").sort(), ["at once", "late", "lost", "once", "twice"]);
    assert.deepEqual(of("fault").sort(), ["full disk", "kill", "reboot"]);
    assert.notEqual(of("on").length, 0);
  });

  it("only are what can happen, with no more open than asked for", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const open = new Set<number>();
      const closed = new Set<number>();
      for (const happening of happenings(seed, 200, shares)) {
        if (!("number" in happening)) continue;
        const { what, number } = happening;
        if (what === "lose state") assert.ok(closed.has(number));
        else if (what === "open") assert.ok(!open.has(number) && !closed.has(number));
        else assert.ok((what === "reopen" ? closed : open).has(number), `${seed}: ${what} ${number}`);
        if (what === "close" || what === "merge") open.delete(number);
        else if (what !== "lose state") open.add(number);
        closed.delete(number);
        if (what === "close" || what === "lose state") closed.add(number);
        assert.ok(open.size <= shares.open);
      }
    }
  });
});

describe("the model of a soak test", () => {
  let model: Model;
  beforeEach(() => {
    model = new Model();
  });

  function happens(what: Extract<Happening, { delivery: string }>["what"], number: number, on?: number) {
    return model.happen({ what, number, delivery: "once", ...(on !== undefined && { on }) });
  }
  function isTold(what: Extract<Happening, { delivery: string }>["what"], number: number): void {
    for (const told of happens(what, number)) model.told(told.number);
  }

  it("has a preview of what is open, with its newest commit", () => {
    isTold("open", 1);
    const [first] = model.running().values();
    isTold("push", 1);
    assert.notEqual(model.running().get(1), first);
    isTold("close", 1);
    assert.deepEqual([...model.running()], []);
    isTold("reopen", 1);
    assert.deepEqual([...model.running().keys()], [1]);
  });

  it("has one of those alone that have the label", () => {
    isTold("open", 3);
    assert.deepEqual([...model.running().keys()], []);
    isTold("label", 3);
    assert.deepEqual([...model.running().keys()], [3]);
    isTold("unlabel", 3);
    assert.deepEqual([...model.running().keys()], []);
  });

  it("has one of those in whose run something goes wrong", () => {
    isTold("open", 3);
    model.happen({ what: "push", number: 3, delivery: "once", fault: "kill" });
    model.told(3);
    assert.deepEqual([...model.running().keys()], [3]);
  });

  it("goes on with the older commit when a push is lost, until anything is told", () => {
    isTold("open", 1);
    const first = model.running().get(1);
    happens("push", 1);
    assert.equal(model.running().get(1), first);
    isTold("change title", 1);
    assert.notEqual(model.running().get(1), first);
  });

  it("keeps what a lost close left until a sweep, and a late opening brings nothing back", () => {
    isTold("open", 1);
    happens("close", 1);
    assert.equal(model.running().size, 1);
    model.swept();
    assert.equal(model.running().size, 0);
    model.told(1);
    assert.equal(model.running().size, 0);
  });

  it("tells of those that were stacked on what is merged", () => {
    happens("open", 1);
    happens("open", 2, 1);
    assert.equal(model.pulls.get(2)?.base, "branch-1");
    assert.deepEqual(
      happens("merge", 1).map(({ action, number }) => `${action} ${number}`),
      ["closed 1", "edited 2"],
    );
    assert.equal(model.pulls.get(2)?.base, "main");
  });

  it("has the jobs run again that were disturbed, for what is newest", () => {
    isTold("open", 1);
    isTold("open", 2);
    isTold("close", 2);
    for (const number of [1, 2]) model.disturbed(number);
    const again = model.again();
    assert.deepEqual(
      again.map(({ action, number }) => `${action} ${number}`),
      ["synchronize 1", "closed 2"],
    );
    assert.deepEqual(model.again(), []);
  });
});

describe("the jobs of a soak test", () => {
  /** Jobs that end when they are told to, and what ran so far. */
  function jobs() {
    const ran: string[] = [];
    const ends: (() => void)[] = [];
    const all = new Jobs<{ number: number; name: string }>(async ({ name }) => {
      ran.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === "bad") throw new Error("it failed");
    });
    return { all, ran, end: () => ends.shift()?.() };
  }

  it("are one of a pull request at a time, and the newest of those that wait", async () => {
    const { all, ran, end } = jobs();
    for (const name of ["first", "second", "third"]) all.begin({ number: 1, name });
    all.begin({ number: 2, name: "other" });
    assert.deepEqual(ran, ["first", "other"]);
    end();
    end();
    await all.noMoreThan(1);
    await all.without(2);
    assert.deepEqual([all.has(1), all.has(2)], [true, false]);
    assert.deepEqual(ran, ["first", "other", "third"]);
    end();
    await all.noMoreThan(0);
  });

  it("tell who waits for them that one failed", async () => {
    const { all, end } = jobs();
    all.begin({ number: 1, name: "bad" });
    end();
    await assert.rejects(all.noMoreThan(0), /^Error: it failed$/);
  });
});
