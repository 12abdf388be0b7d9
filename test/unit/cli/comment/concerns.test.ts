import assert from "node:assert/strict";
import { concernsOf } from "../../../../cli/comment/concerns.ts";
import type { ResourceChange } from "../../../../cli/plan/stack-plan.ts";
import { quietPlan } from "../../../support/comment-facts.ts";

const type = "docker:index/container:Container";

/** The words for what users notice of a container that is replaced. */
function downtime(change: Partial<ResourceChange>): string[] {
  const resources: ResourceChange[] = [{ change: "replace", type, part: "redis", fields: [], ...change }];
  return concernsOf({ ...quietPlan("staging"), resources })
    .filter(({ kind }) => kind === "downtime")
    .map(({ words }) => words);
}

describe("what a reviewer has to know of a container that is made again", () => {
  it("is that services are without a server meanwhile, and what changes about it", () => {
    assert.deepEqual(downtime({ deletesFirst: true, fields: ["cpus", "memory"] }), [
      "services are without `redis` while it is stopped and started anew, some seconds; what changes: `cpus`, `memory`",
    ]);
    assert.deepEqual(downtime({ deletesFirst: true }), [
      "services are without `redis` while it is stopped and started anew, some seconds",
    ]);
  });

  it("is that everyone is without the gateway", () => {
    assert.deepEqual(downtime({ deletesFirst: true, part: "gateway", fields: ["image"] }), [
      "`gateway` is stopped and started anew, some seconds; what changes: `image`",
    ]);
  });

  it("is nothing where the next one serves before, or it changes while it runs", () => {
    assert.deepEqual(downtime({ part: "api" }), []);
    assert.deepEqual(downtime({ change: "update", fields: ["memory"] }), []);
  });
});

describe("what a reviewer has to know of a release's jobs", () => {
  it("is which of them run, and when", () => {
    const plan = quietPlan("staging");
    const { facts } = plan;
    assert.ok(facts);
    const jobs = [
      { name: "warm", runs: "before-release" },
      { name: "purge", runs: "after-release" },
      { name: "index", runs: "after-release" },
    ] as const;
    assert.deepEqual(concernsOf({ ...plan, facts: { ...facts, jobs } }), [
      { kind: "jobs", words: "before anything of it starts: `warm`" },
      { kind: "jobs", words: "once users have it: `purge`, `index`" },
    ]);
  });
});
