import assert from "node:assert/strict";
import { Problem, StateLocked } from "../../../../cli/problem.ts";
import type { Facts, PullRequestState } from "../../../../cli/sweep/plan.ts";
import { isSwept, sweep, type Swept, type Wanted } from "../../../../cli/sweep/sweep.ts";
import type { Kind, KindName, Thing } from "../../../../cli/sweep/thing.ts";
import { previewOf } from "../../../../cli/sweep/whose.ts";
import { GithubError } from "../../../../components/github/client.ts";
import { recordedProgress } from "../quiet.ts";

describe("a sweep", () => {
  let things: Thing[];
  let states: Map<number, PullRequestState>;
  let removals: string[];
  let limits: { maxAgeDays?: number };
  let beforeRemoval: (thing: Thing) => void;

  beforeEach(() => {
    things = [];
    states = new Map();
    removals = [];
    limits = {};
    beforeRemoval = () => undefined;
  });

  function there(kind: KindName, stack: string): void {
    const whose = previewOf("notes", stack);
    if (whose === undefined) throw new Error(`${stack} is no preview`);
    const id = `${kind} of ${stack}`;
    things.push({ kind, id, name: `${stack}-${kind}`, place: "previews", ...whose, owner: "own" });
  }

  function kind(name: KindName): Kind {
    return {
      name,
      place: "previews",
      list: () => Promise.resolve(things.filter((one) => one.kind === name)),
      remove(thing) {
        beforeRemoval(thing);
        removals.push(thing.name);
        const before = things.length;
        // With its stack, everything of a preview goes.
        things = things.filter((one) =>
          name === "stack" ? one.preview !== thing.preview : one.id !== thing.id,
        );
        return Promise.resolve(things.length < before);
      },
    };
  }

  const wanted: Wanted = {
    facts: (): Promise<Facts> =>
      Promise.resolve({
        pullRequests: states,
        ofBranches: new Set(),
        isOfBranch: () => false,
        now: new Date(),
        ...limits,
      }),
  };
  const kinds = ["stack", "container", "network", "deployment", "environment", "comment"] as const;

  function swept(dryRun = false, more: readonly Kind[] = []): Promise<Swept> {
    return sweep([...kinds.map(kind), ...more], wanted, { dryRun }, recordedProgress());
  }
  function results({ things }: Swept): string[] {
    return things.map(({ name, result, reason }) => `${name}: ${result ?? "planned"} (${reason})`);
  }

  it("spares a preview whose state another run has, which is no failure", async () => {
    states.set(12, "closed");
    for (const one of ["stack", "container", "environment"] as const) there(one, "pr-12");
    beforeRemoval = () => {
      throw new StateLocked("state: locked by another run");
    };
    const result = await swept();
    assert.deepEqual(results(result), [
      "pr-12-stack: spared (closed)",
      "pr-12-container: spared (closed)",
      "pr-12-environment: spared (closed)",
    ]);
    assert.equal(result.things[0]?.problem, "state: locked by another run");
    assert.deepEqual([isSwept(result), things.length], [true, 3]);
  });

  it("changes nothing in a dry run", async () => {
    states.set(12, "closed").set(13, "open");
    there("container", "pr-12");
    there("container", "pr-13");
    const result = await swept(true);
    assert.deepEqual(results(result), [
      "pr-12-container: planned (closed)",
      "pr-13-container: planned (open)",
    ]);
    assert.deepEqual(removals, []);
    assert.equal(isSwept(result), true);
  });

  it("takes a stack down first, and finds gone what went with it", async () => {
    states.set(12, "merged");
    for (const name of ["network", "container", "stack"] as const) there(name, "pr-12");
    const result = await swept();
    assert.deepEqual(removals, ["pr-12-stack"]);
    assert.deepEqual(results(result), [
      "pr-12-stack: removed (merged)",
      "pr-12-container: gone (merged)",
      "pr-12-network: gone (merged)",
    ]);
  });

  it("removes what is left without a stack", async () => {
    states.set(12, "closed");
    for (const name of ["deployment", "network", "container"] as const) there(name, "pr-12");
    await swept();
    assert.deepEqual(removals, ["pr-12-container", "pr-12-network", "pr-12-deployment"]);
  });

  it("spares a preview whose pull request is opened again meanwhile", async () => {
    states.set(12, "closed");
    for (const name of ["network", "container", "deployment"] as const) there(name, "pr-12");
    beforeRemoval = () => states.set(12, "open");
    const result = await swept();
    assert.deepEqual(removals, ["pr-12-container"]);
    assert.deepEqual(results(result).slice(1), [
      "pr-12-network: spared (closed)",
      "pr-12-deployment: spared (closed)",
    ]);
    assert.equal(isSwept(result), true);
  });

  it("spares a preview that a run has begun to make", async () => {
    states.set(12, "closed").set(14, "closed");
    there("stack", "pr-14");
    there("container", "pr-12");
    beforeRemoval = ({ kind }) => {
      if (kind === "stack") there("stack", "pr-12");
    };
    const result = await swept();
    assert.deepEqual(removals, ["pr-14-stack"]);
    assert.ok(results(result).includes("pr-12-container: spared (closed)"));
  });

  it("leaves a later thing of the same name alone", async () => {
    states.set(12, "closed");
    there("container", "pr-12");
    there("network", "pr-12");
    beforeRemoval = ({ kind }) => {
      if (kind !== "container") return;
      things = things.map((one) => (one.kind === "network" ? { ...one, id: "another" } : one));
    };
    const result = await swept();
    assert.deepEqual(removals, ["pr-12-container"]);
    assert.ok(results(result).includes("pr-12-network: gone (closed)"));
  });

  it("goes on after a failure, but for what waits for the thing that failed", async () => {
    states.set(12, "closed").set(13, "closed");
    for (const preview of ["pr-12", "pr-13"]) {
      for (const name of ["container", "network", "deployment", "comment"] as const) there(name, preview);
    }
    beforeRemoval = ({ name }) => {
      if (name === "pr-12-container") throw new Problem("docker: it will not go");
    };
    const result = await swept();
    assert.deepEqual(removals, [
      "pr-13-container",
      "pr-13-network",
      "pr-12-deployment",
      "pr-13-deployment",
      "pr-13-comment",
    ]);
    assert.equal(result.things.find(({ result }) => result === "failed")?.problem, "docker: it will not go");
    assert.equal(isSwept(result), false);
  });

  it("takes it for no failure that a workflow's own token may not remove environments", async () => {
    states.set(12, "closed");
    there("environment", "pr-12");
    beforeRemoval = () => {
      throw new GithubError("towpath:github.token: it may not", { status: 403, got: "403" });
    };
    const result = await swept();
    assert.deepEqual(results(result), ["pr-12-environment: spared (closed)"]);
    assert.equal(result.things[0]?.problem, "towpath:github.token: it may not");
    assert.equal(isSwept(result), true);
  });

  it("ends no preview for its age while something could not be looked at", async () => {
    limits = { maxAgeDays: 1 };
    states.set(12, "open");
    there("stack", "pr-12");
    things = things.map((one) => ({ ...one, active: "2026-01-01T00:00:00Z" }));
    const lost = { ...kind("volume"), list: () => Promise.reject(new Problem("lost")) };
    assert.deepEqual(results(await swept(false, [lost])), ["pr-12-stack: kept (open)"]);
    assert.deepEqual(results(await swept()), ["pr-12-stack: removed (too old)"]);
  });

  it("says what could not be looked at, and goes on with the rest", async () => {
    states.set(12, "closed");
    there("container", "pr-12");
    const lost: Kind = {
      name: "volume",
      place: "previews",
      list: () => Promise.reject(new Problem("towpath:host: cannot be reached")),
      remove: () => Promise.resolve(true),
    };
    const result = await swept(false, [lost]);
    assert.deepEqual(removals, ["pr-12-container"]);
    assert.deepEqual(result.problems, ["towpath:host: cannot be reached"]);
    assert.equal(isSwept(result), false);
  });
});
