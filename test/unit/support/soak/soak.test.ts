/** The soak test's own parts: what happens, and what should run then. */
import assert from "node:assert/strict";
import { happenings, type Happening } from "../../../support/soak/happenings.ts";
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
    assert.equal(drawn.filter(({ what }) => what !== "settle" && what !== "lose state").length, 1000);
    assert.equal(settles.length, 50);
    assert.equal(drawn.at(-1)?.what, "settle");
  });

  it("have every deed, every delivery, every fault and stacked pull requests", () => {
    const drawn = happenings(1, 300, shares);
    const of = (key: string): unknown[] => [
      ...new Set(drawn.flatMap((one) => (key in one ? [(one as Record<string, unknown>)[key]] : []))),
    ];
    const deeds = ["open", "push", "close", "merge", "reopen", "label", "unlabel", "change base"];
    assert.deepEqual(of("what").sort(), [...deeds, "lose state", "settle"].sort());
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
  function runs(what: Extract<Happening, { delivery: string }>["what"], number: number): void {
    for (const told of happens(what, number)) model.ran(told);
  }

  it("has a preview of what is open, with its newest commit", () => {
    runs("open", 1);
    const [first] = model.running().values();
    runs("push", 1);
    assert.notEqual(model.running().get(1), first);
    runs("close", 1);
    assert.deepEqual([...model.running()], []);
    runs("reopen", 1);
    assert.deepEqual([...model.running().keys()], [1]);
  });

  it("goes on with the older commit when a push is lost, and lets a late one change nothing", () => {
    const told = happens("open", 1);
    for (const one of told) model.ran(one);
    const first = model.running().get(1);
    const late = happens("push", 1);
    assert.equal(model.running().get(1), first);
    runs("push", 1);
    const newest = model.running().get(1);
    for (const one of late) model.ran(one);
    assert.equal(model.running().get(1), newest);
  });

  it("keeps what a lost close left until a sweep, and a late opening brings nothing back", () => {
    const opened = happens("open", 1);
    for (const one of opened) model.ran(one);
    happens("close", 1);
    assert.equal(model.running().size, 1);
    model.swept();
    assert.equal(model.running().size, 0);
    for (const one of opened) model.ran(one);
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

  it("does not know what a disturbed run did until its job is run again", () => {
    const [told] = happens("open", 1);
    assert.ok(told !== undefined);
    model.ran(told, true);
    const again = model.unsure();
    assert.deepEqual(
      again.map(({ action }) => action),
      ["synchronize"],
    );
    for (const one of again) model.ranAgain(one);
    assert.deepEqual(model.unsure(), []);
    assert.equal(model.running().size, 1);
  });
});
