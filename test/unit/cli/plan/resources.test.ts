/** What a plan of Pulumi's says of resources; that it really prints such steps is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { resourceChanges } from "../../../../cli/plan/resources.ts";

const container = "docker:index/container:Container";
const urn = (name: string, type = container): string =>
  `urn:pulumi:staging::notes::towpath:index:ReleasedEnvironment$${type}::notes-staging-${name}`;
const root = {
  op: "same",
  urn: "urn:pulumi:staging::notes::towpath:index:ReleasedEnvironment::notes-staging",
};

describe("the resources of a plan", () => {
  it("are those that do not stay, once each, with what differs", () => {
    const steps = [
      root,
      { op: "same", urn: urn("redis") },
      { op: "create-replacement", urn: urn("release-api") },
      { op: "replace", urn: urn("release-api"), replaceReasons: ["labels", "image"] },
      { op: "delete-replaced", urn: urn("release-api") },
      { op: "update", urn: urn("route", "command:local:Command"), detailedDiff: { "triggers[0]": {} } },
      { op: "create", urn: urn("release-mail", "towpath:release:Workload") },
      { op: "create", urn: urn("release-mail") },
      { op: "delete", urn: urn("files-volume", "docker:index/volume:Volume") },
    ];
    assert.deepEqual(resourceChanges({ steps }, "notes-staging"), [
      { change: "replace", type: container, part: "api", fields: ["image", "labels"] },
      { change: "update", type: "command:local:Command", part: "route", fields: ["triggers[0]"] },
      { change: "create", type: container, part: "mail", fields: [] },
      { change: "delete", type: "docker:index/volume:Volume", part: "files", fields: [] },
    ]);
  });

  it("say what is gone before the next one is there", () => {
    const steps = [
      root,
      { op: "delete-replaced", urn: urn("postgres") },
      { op: "replace", urn: urn("postgres"), replaceReasons: ["image"] },
      { op: "create-replacement", urn: urn("postgres") },
    ];
    assert.deepEqual(resourceChanges({ steps }, "notes-staging"), [
      { change: "replace", type: container, part: "postgres", fields: ["image"], deletesFirst: true },
    ]);
  });
});
