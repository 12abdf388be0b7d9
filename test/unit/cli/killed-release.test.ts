/** What is cleared after a release that was killed. That hosts are really cleared is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import type { Container } from "../../../cli/docker/containers.ts";
import { withoutSteps } from "../../../cli/pulumi/killed-release.ts";

function container(part: string, state: string): Container {
  return { id: `${part}-${state}`, name: part, part, state, ports: [] };
}

describe("after a killed release", () => {
  it("copies that no state knows are removed, and a migration that has ended, but not one that runs", () => {
    const unknown = [
      container("api", "running"),
      container("migration", "running"),
      container("migration", "exited"),
    ];
    const drift = { missing: [], stopped: [], unknown };
    assert.deepEqual(
      withoutSteps(drift).unknown.map(({ id }) => id),
      ["api-running", "migration-exited"],
    );
  });
});
