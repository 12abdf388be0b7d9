import assert from "node:assert/strict";
import { containerLimits } from "../../../components/release/container-limits.ts";

const limits = { memory: 300 * 1024 ** 2 + 5, cpus: 0.5, pids: 64 };

const always = {
  memory: 300,
  memorySwap: 300,
  cpus: "0.5",
  securityOpts: ["no-new-privileges:true"],
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "5" },
};

describe("the limits of a copy", () => {
  it("are memory without swap, processors, no capabilities, and logs that do not grow", () => {
    assert.deepEqual(containerLimits(limits, { readOnly: false, capabilities: [] }), {
      ...always,
      capabilities: { drops: ["ALL"] },
    });
  });

  it("write whole processors as the docker package reads them back", () => {
    const { cpus } = containerLimits({ ...limits, cpus: 2 }, { readOnly: false, capabilities: [] });
    assert.equal(cpus, "2.0");
  });

  it("leave the capabilities that the service names, as the engine writes them", () => {
    const { capabilities } = containerLimits(limits, { readOnly: false, capabilities: ["SETUID", "CHOWN"] });
    assert.deepEqual(capabilities, { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_SETUID"] });
  });

  it("leave a read-only service a place for what is thrown away", () => {
    assert.deepEqual(containerLimits(limits, { readOnly: true, capabilities: [] }), {
      ...always,
      capabilities: { drops: ["ALL"] },
      readOnly: true,
      tmpfs: { "/tmp": "" },
    });
  });
});
