/** What the docker package is told of what runs; that a container is made of it is in test/unit/components and test/e2e. */
import assert from "node:assert/strict";
import { containerArgs, replacing } from "../../../components/host/docker-copy.ts";
import type { CopyArgs } from "../../../components/host/host.ts";

const least: CopyArgs = { image: "sha256:api", networks: ["notes"], graceSeconds: 10, labels: {} };

/** The fields that are there because of these, besides those of every copy. */
function told(more: Partial<CopyArgs>): Record<string, unknown> {
  const always = Object.keys(containerArgs(least));
  return Object.fromEntries(
    Object.entries(containerArgs({ ...least, ...more })).filter(([field]) => !always.includes(field)),
  );
}

describe("a copy in a container", () => {
  it("starts again with the machine, and ends in its time", () => {
    const { labels, ...others } = containerArgs(least);
    assert.ok(labels !== undefined);
    assert.deepEqual(others, {
      image: "sha256:api",
      networksAdvanced: [{ name: "notes" }],
      restart: "unless-stopped",
      destroyGraceSeconds: 10,
    });
  });

  it("has memory without swap, and processors as the docker package reads them back", () => {
    const limits = { memory: 300 * 1024 ** 2 + 5, cpus: 0.5 };
    assert.deepEqual(told({ limits }), { memory: 300, memorySwap: 300, cpus: "0.5" });
    assert.equal(told({ limits: { ...limits, cpus: 2 } }).cpus, "2.0");
  });

  it("has the capabilities that are named, as the engine writes them, and logs that do not grow", () => {
    const few = {
      securityOpts: ["no-new-privileges:true"],
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
    };
    assert.deepEqual(told({ capabilities: [] }), { ...few, capabilities: { drops: ["ALL"] } });
    assert.deepEqual(told({ capabilities: ["SETUID", "CHOWN"] }), {
      ...few,
      capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_SETUID"] },
    });
  });

  it("that changes none of its files has a place for what is thrown away", () => {
    assert.deepEqual(told({ readOnly: true }), { readOnly: true, tmpfs: { "/tmp": "" } });
    assert.deepEqual(told({ readOnly: false }), {});
  });

  it("sees volumes, and folders of the project that it cannot write to", () => {
    const volumes = [
      { name: "data", path: "/data" },
      { name: "secrets", path: "/run/secrets", readOnly: true },
    ] as const;
    assert.deepEqual(told({ volumes, mounts: { app: "/app" } }), {
      volumes: [
        { volumeName: "data", containerPath: "/data" },
        { volumeName: "secrets", containerPath: "/run/secrets", readOnly: true },
        { hostPath: `${process.cwd()}/app`, containerPath: "/app", readOnly: true },
      ],
    });
    assert.deepEqual(told({ volumes: [], mounts: {} }), {});
  });

  it("stands beside the one before, unless there is only one of it", () => {
    assert.deepEqual(replacing(least), { deleteBeforeReplace: false, replaceOnChanges: ["healthcheck"] });
    const gateway = { ...least, onlyName: "gateway" };
    assert.deepEqual(replacing(gateway), { deleteBeforeReplace: true, ignoreChanges: ["labels"] });
    assert.deepEqual(replacing({ ...gateway, keepsPorts: true }), {
      deleteBeforeReplace: true,
      ignoreChanges: ["labels", "ports"],
    });
  });
});
