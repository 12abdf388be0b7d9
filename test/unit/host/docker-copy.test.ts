/** The arguments of the docker package; that a container is made of them is in test/unit/components and test/e2e. */
import assert from "node:assert/strict";
import { containerArgs, replacing } from "../../../components/host/docker-copy.ts";
import type { CopyArgs } from "../../../components/host/host.ts";

const least: CopyArgs = { image: "sha256:api", networks: ["notes"], graceSeconds: 10, labels: {} };

/** Returns the fields that these add to those of every copy. */
function told(more: Partial<CopyArgs>): Record<string, unknown> {
  const always = Object.keys(containerArgs(least));
  return Object.fromEntries(
    Object.entries(containerArgs({ ...least, ...more })).filter(([field]) => !always.includes(field)),
  );
}

describe("a copy in a container", () => {
  it("is started with the machine, and has a time to stop", () => {
    const { labels, ...others } = containerArgs(least);
    assert.ok(labels !== undefined);
    assert.deepEqual(others, {
      image: "sha256:api",
      networksAdvanced: [{ name: "notes" }],
      restart: "unless-stopped",
      destroyGraceSeconds: 10,
    });
  });

  it("has memory without swap, and processors in the form in which the docker package reads them back", () => {
    const limits = { memory: 300 * 1024 ** 2 + 5, cpus: 0.5 };
    assert.deepEqual(told({ limits }), { memory: 300, memorySwap: 300, cpus: "0.5" });
    assert.equal(told({ limits: { ...limits, cpus: 2 } }).cpus, "2.0");
  });

  it("has the capabilities that are named, in the engine's notation, and logs of a limited size", () => {
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

  it("that asks the engine has its socket", () => {
    const socket = "/var/run/docker.sock";
    assert.deepEqual(told({ asksEngine: true }), { volumes: [{ hostPath: socket, containerPath: socket }] });
  });

  it("that is read-only has a writable place for temporary files", () => {
    assert.deepEqual(told({ readOnly: true }), { readOnly: true, tmpfs: { "/tmp": "" } });
    assert.deepEqual(told({ readOnly: false }), {});
  });

  it("has folders in memory, and memory that its processes share", () => {
    const memory = { memoryFolders: ["/run", "/var/cache"], sharedMemory: 128 };
    const tmpfs = { "/run": "", "/var/cache": "" };
    assert.deepEqual(told(memory), { tmpfs, shmSize: 128 });
    assert.deepEqual(told({ ...memory, readOnly: true }).tmpfs, { "/tmp": "", ...tmpfs });
  });

  it("runs its process as it is told", () => {
    const process = { init: true, user: "1000:1000", workingFolder: "/app", stopSignal: "SIGQUIT" };
    assert.deepEqual(told(process), {
      init: true,
      user: "1000:1000",
      workingDir: "/app",
      stopSignal: "SIGQUIT",
    });
    assert.deepEqual(
      told({ processLimits: { nofile: 4096 }, hostNames: { "legacy.internal": "10.0.0.7" } }),
      {
        ulimits: [{ name: "nofile", soft: 4096, hard: 4096 }],
        hosts: [{ host: "legacy.internal", ip: "10.0.0.7" }],
      },
    );
  });

  it("has volumes, and read-only folders of the project", () => {
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
    assert.deepEqual(told({ machineFiles: { "/etc/app/license.json": "/var/lib/LICENSE_KEY" } }), {
      volumes: [{ hostPath: "/var/lib/LICENSE_KEY", containerPath: "/etc/app/license.json", readOnly: true }],
    });
  });

  it("is replaced beside the previous one, unless its name is unique", () => {
    assert.deepEqual(replacing(least), { deleteBeforeReplace: false, replaceOnChanges: ["healthcheck"] });
    const gateway = { ...least, onlyName: "gateway" };
    assert.deepEqual(replacing(gateway), { deleteBeforeReplace: true, ignoreChanges: ["labels"] });
    assert.deepEqual(replacing({ ...gateway, keepsPorts: true }), {
      deleteBeforeReplace: true,
      ignoreChanges: ["labels", "ports"],
    });
  });
});
