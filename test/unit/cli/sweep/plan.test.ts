import assert from "node:assert/strict";
import { endingSoon, planSweep, type Facts, type PullRequestState } from "../../../../cli/sweep/plan.ts";
import type { KindName, Thing } from "../../../../cli/sweep/thing.ts";
import { previewOf } from "../../../../cli/sweep/whose.ts";

const now = new Date("2026-03-10T12:00:00Z");

function facts(states: Readonly<Record<number, PullRequestState>>, more: Partial<Facts> = {}): Facts {
  const pullRequests = new Map(Object.entries(states).map(([number, state]) => [Number(number), state]));
  const isOfBranch = (preview: string): boolean => preview.startsWith("notes-preview-");
  return { pullRequests, ofBranches: new Set(), isOfBranch, now, ...more };
}

function thing(kind: KindName, stack: string, more: Partial<Thing> = {}): Thing {
  const whose = previewOf("notes", stack);
  if (whose === undefined) throw new Error(`${stack} is no preview`);
  return { kind, id: `${kind} of ${stack}`, name: `${stack}-${kind}`, place: "previews", ...whose, ...more };
}

/** Decides for one preview's own stack. */
function decided(preview: string, known: Facts, more: Partial<Thing> = {}): string {
  const [decision] = planSweep([thing("stack", preview, { owner: "own", ...more })], known);
  return `${decision?.action}: ${decision?.reason}`;
}

describe("the plan of a sweep", () => {
  it("removes what pull requests left that are closed or merged, and keeps what is open (002-132)", () => {
    const known = facts({ 11: "open", 12: "closed", 13: "merged" });
    assert.equal(decided("pr-11", known), "keep: open");
    assert.equal(decided("pr-12", known), "remove: closed");
    assert.equal(decided("pr-13", known), "remove: merged");
    assert.equal(decided("pr-14", known), "keep: unknown pull request");
  });

  it("removes what is open once nobody has used it for the longest time", () => {
    const known = facts({ 11: "open" }, { maxAgeDays: 7 });
    assert.equal(decided("pr-11", known, { active: "2026-03-03T12:00:00Z" }), "remove: too old");
    assert.equal(decided("pr-11", known, { active: "2026-03-03T12:00:01Z" }), "keep: open");
    assert.equal(decided("pr-11", known), "keep: open");
    assert.equal(decided("pr-11", facts({ 11: "open" }), { active: "2020-01-01T00:00:00Z" }), "keep: open");
  });

  it("removes everything of a preview by its last activity, whatever of it knows that", () => {
    const network = thing("network", "pr-11", { owner: "own" });
    const stack = thing("stack", "pr-11", { owner: "own", active: "2026-03-01T00:00:00Z" });
    const actions = planSweep([network, stack], facts({ 11: "open" }, { maxAgeDays: 7 }));
    assert.deepEqual(
      actions.map(({ action, thing }) => `${action} ${thing.kind}`),
      ["remove stack", "remove network"],
    );
  });

  it("never removes what another state made, nor what lies unmarked beside that", () => {
    const things = [
      thing("network", "pr-12", { owner: "another" }),
      thing("container", "pr-12"),
      thing("site", "pr-12", { idle: true }),
      thing("container", "pr-12", { owner: "own", name: "own" }),
    ];
    const decisions = planSweep(things, facts({ 12: "closed" }));
    assert.deepEqual(
      decisions.map(({ action, reason, thing }) => `${action} ${thing.name}: ${reason}`),
      [
        "remove own: closed",
        "keep pr-12-container: another's",
        "keep pr-12-site: another's",
        "keep pr-12-network: another's",
      ],
    );
  });

  it("removes copies and volumes without a mark where the rest of the namespace is its own", () => {
    const things = [thing("container", "pr-12"), thing("network", "pr-12", { owner: "own" })];
    assert.deepEqual(
      planSweep(things, facts({ 12: "closed" })).map(({ action }) => action),
      ["remove", "remove"],
    );
  });

  it("keeps what nothing says the owner of; a site that leads nowhere goes", () => {
    const things = [
      thing("container", "pr-12"),
      thing("site", "pr-13", { idle: true }),
      thing("site", "pr-14"),
    ];
    const known = facts({ 12: "closed", 13: "closed", 14: "closed" });
    assert.deepEqual(
      planSweep(things, known).map(({ action, reason, thing }) => `${action} ${thing.name}: ${reason}`),
      ["keep pr-12-container: unmarked", "remove pr-13-site: closed", "keep pr-14-site: unmarked"],
    );
  });

  it("does not take what is on GitHub for a proof that a host's things are its own", () => {
    const things = [thing("deployment", "pr-12", { owner: "own" }), thing("container", "pr-12")];
    assert.deepEqual(
      planSweep(things, facts({ 12: "closed" })).map(({ action }) => action),
      ["keep", "remove"],
    );
  });

  it("keeps the preview of a branch while the branch exists", () => {
    const known = facts({}, { ofBranches: new Set(["notes-preview-feature-x-12345678"]) });
    assert.equal(decided("preview-feature-x-12345678", known), "keep: branch exists");
    assert.equal(decided("preview-feature-y-12345678", known), "remove: branch deleted");
  });

  it("removes images that nothing uses once they are a day old", () => {
    const image = (idle: boolean, active: string): Thing => ({
      ...{ kind: "image", id: active, name: active, place: "previews", preview: "", idle, active },
    });
    const old = "2026-03-09T12:00:00Z";
    const things = [image(true, old), image(false, old), image(true, "2026-03-09T12:00:01Z")];
    assert.deepEqual(
      planSweep(things, facts({}))
        .map(({ action, reason }) => `${action}: ${reason}`)
        .sort(),
      ["keep: in use", "keep: in use", "remove: unused"],
    );
  });

  it("removes stacks first, then what is on hosts, networks after what uses them, GitHub's last", () => {
    const kinds: KindName[] = ["comment", "network", "volume", "site", "container", "deployment", "stack"];
    const things = kinds.map((kind) => thing(kind, "pr-12", { owner: "own" }));
    const ordered = planSweep(things, facts({ 12: "closed" })).map(({ thing }) => thing.kind);
    assert.deepEqual(ordered, ["stack", "container", "site", "volume", "network", "deployment", "comment"]);
  });
});

describe("the end of a preview's time", () => {
  const stack = thing("stack", "pr-11", { owner: "own", active: "2026-03-04T12:00:00Z" });
  function ending(known: Facts): unknown {
    return endingSoon(planSweep([stack], known), known);
  }

  it("is counted from the last activity, and told a day before", () => {
    const known = facts({ 11: "open" }, { maxAgeDays: 7 });
    assert.deepEqual(ending(known), [{ pullRequest: 11, end: new Date("2026-03-11T12:00:00Z") }]);
    assert.deepEqual(ending({ ...known, now: new Date("2026-03-10T11:59:59Z") }), []);
  });

  it("is told of no preview that goes anyway, or that has no longest time", () => {
    assert.deepEqual(ending(facts({ 11: "closed" }, { maxAgeDays: 7 })), []);
    assert.deepEqual(ending(facts({ 11: "open" }, { maxAgeDays: 5 })), []);
    assert.deepEqual(ending(facts({ 11: "open" })), []);
  });
});
