/** The removal of networks. That an engine lets go of them, the e2e tests prove. */
import assert from "node:assert/strict";
import { removeNetworks } from "../../../../cli/docker/networks.ts";
import { fakeRun } from "../fake-run.ts";

describe("the removal of networks", () => {
  const asking = (network: string): string =>
    `docker ps --all --quiet --filter network=${network} --filter label=towpath.environment=host`;

  it("has what is of a host's own stack leave them first, also what is stopped", async () => {
    const { run, calls } = fakeRun({ docker: {}, [asking("net1")]: { stdout: "0e5a\n1b2c\n" } });
    await removeNetworks(run, ["net1", "net2"]);
    assert.deepEqual(calls, [
      asking("net1"),
      "docker network disconnect --force net1 0e5a",
      "docker network disconnect --force net1 1b2c",
      asking("net2"),
      "docker network rm net1 net2",
    ]);
  });

  it("does nothing when there is none", async () => {
    const { run, calls } = fakeRun({});
    await removeNetworks(run, []);
    assert.deepEqual(calls, []);
  });

  it("fails when something else holds one", async () => {
    const { run } = fakeRun({
      docker: {},
      "docker network rm": { code: 1, stderr: "network net1 has active endpoints" },
    });
    await assert.rejects(removeNetworks(run, ["net1"]), {
      name: "Problem",
      message: 'docker: "docker network" failed, got "network net1 has active endpoints"',
    });
  });
});
