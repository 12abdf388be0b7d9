/** The limits of a copy, and the way of its secrets to a root file system that is read-only. */
import { byName, deployed, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { found } from "../../../components/application/names.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { boundariesOf, type Boundaries } from "../../../components/release/boundaries.ts";
import { Workload } from "../../../components/release/workload.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { hidden } from "./hidden.ts";

const limits = { memory: 256 * 1024 ** 2, cpus: 1, pids: 64 };
const secretVersions = pulumi.output<Record<string, string>>({ DATABASE_URL: "0a", JWT_SECRET: "1b" });

/** Returns what a copy of the API asks the engine for. */
async function copyWith(
  boundaries: Boundaries,
  readOnly: boolean,
  more: object = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Record<string, Registration>> {
  const { registrations } = await deployed(() => {
    const application = parseApplication(
      merged(notes, { volumes: ["uploads"], services: { api: { readOnly, ...more } } }),
    );
    const service = found(application.services, "api");
    const host = new DockerHost("host", { networkName: "notes" });
    const files = { DATABASE_URL: pulumi.secret("postgresql://x") };
    const within = boundariesOf(
      { name: "release", service, serviceName: "api", files, part: "api" },
      {
        ...{ boundaries, host, names: namesOf("notes-production") },
        gateway: { containerName: pulumi.output("gateway") },
        labels: (part) => ({ "towpath.part": part }),
      },
      {},
    );
    return new Workload("api", {
      ...{ service, host, files, environment, variables: {}, mounts: {}, labels: {}, drainSeconds: 10 },
      volumes: Object.entries(service.volumes).map(([name, path]) => ({ name, path })),
      imageId: pulumi.output("sha256:0123456789abcdef"),
      ...within,
    });
  });
  return byName(registrations);
}

describe("a copy that serves users", () => {
  it("runs its process as the application says, wherever it is", async () => {
    const told = {
      ...{ entrypoint: ["python"], user: "1000", workingDir: "/app", init: true, stopSignal: "SIGINT" },
      ...{ tmpfs: ["/run"], shmSize: "1GiB", ulimits: { nofile: 64 }, extraHosts: { legacy: "10.0.0.7" } },
    };
    const { api } = await copyWith({ rights: "all" }, false, told);
    const { entrypoints, user, workingDir, init, stopSignal, tmpfs, shmSize, ulimits, hosts } =
      api?.inputs ?? {};
    assert.deepEqual(
      [entrypoints, user, workingDir, init, stopSignal, tmpfs, shmSize],
      [["python"], "1000", "/app", true, "SIGINT", { "/run": "" }, 1024],
    );
    assert.deepEqual(ulimits, [{ name: "nofile", soft: 64, hard: 64 }]);
    assert.deepEqual(hosts, [{ host: "legacy", ip: "10.0.0.7" }]);
  });

  it("has limits, and its secrets in itself if it is writable", async () => {
    const { api, ...others } = await copyWith({ rights: "few", limits, secretVersions }, false);
    assert.equal(api?.inputs.memory, 256);
    assert.equal(api.inputs.readOnly, undefined);
    assert.equal((api.inputs.uploads as unknown[]).length, 1);
    assert.equal(api.inputs.volumes, undefined);
    assert.deepEqual(
      Object.keys(others).filter((name) => name.includes("secrets")),
      [],
    );
  });

  it("has limits of its own where the settings say so (001-171)", async () => {
    const services = { api: { memory: 512 * 1024 ** 2 }, worker: { memory: 1024 ** 3 } };
    const { api } = await copyWith({ rights: "few", limits: { ...limits, services }, secretVersions }, false);
    assert.deepEqual([api?.inputs.memory, api?.inputs.cpus], [512, "1.0"]);
  });

  it("has its secrets in a volume named by their versions if it is read-only", async () => {
    const resources = await copyWith({ rights: "few", limits, secretVersions }, true);
    const { api } = resources;
    const volume = resources["release-api-secrets-volume"];
    const name = String(volume?.inputs.name);
    assert.match(name, /^notes-production-api-secrets-[0-9a-f]{8}$/);
    assert.equal(volume?.options.deleteBeforeReplace, false);
    assert.deepEqual(api?.inputs.volumes, [
      { volumeName: name, containerPath: "/run/secrets", readOnly: true },
    ]);
    assert.deepEqual(
      [api.inputs.readOnly, api.inputs.tmpfs, api.inputs.uploads],
      [true, { "/tmp": "" }, undefined],
    );
    const step = resources["release-api-secrets-write"];
    assert.deepEqual(step?.inputs.triggers, [name]);
    assert.deepEqual(
      step.inputs.stdin,
      hidden({
        container: "gateway",
        volume: name,
        files: { DATABASE_URL: "postgresql://x" },
        labels: { "towpath.part": "secrets" },
      }),
    );
  });

  it("writes to its volumes also where its root file system is read-only", async () => {
    const more = { volumes: { uploads: "/app/uploads" } };
    const uploads = { volumeName: "uploads", containerPath: "/app/uploads" };
    const { api } = await copyWith({ rights: "few", limits, secretVersions }, true, more);
    const [first, secrets, ...others] = api?.inputs.volumes as { containerPath: string }[];
    assert.deepEqual([first, secrets?.containerPath, others], [uploads, "/run/secrets", []]);
    const { api: free } = await copyWith({ rights: "all" }, true, more);
    assert.deepEqual(free?.inputs.volumes, [uploads]);
  });

  it("has a secret at the path of choice, too, also if it is read-only (000-55)", async () => {
    const told = { DATABASE_URL_FILE: "/etc/app/database" };
    const writable = await copyWith({ rights: "few", limits, secretVersions }, false, {}, told);
    assert.deepEqual(
      writable.api?.inputs.uploads,
      ["/run/secrets/DATABASE_URL", "/etc/app/database"].map((file) => ({
        ...{ file, content: hidden("postgresql://x"), permissions: "0444" },
      })),
    );
    const resources = await copyWith({ rights: "few", limits, secretVersions }, true, {}, told);
    const name = String(resources["release-api-secrets-volume"]?.inputs.name);
    assert.deepEqual(resources.api?.inputs.volumes, [
      { volumeName: name, containerPath: "/run/secrets", readOnly: true },
      {
        hostPath: `/var/lib/docker/volumes/${name}/_data/DATABASE_URL`,
        containerPath: "/etc/app/database",
        readOnly: true,
      },
    ]);
    assert.equal(resources.api.inputs.uploads, undefined);
  });

  it("gets another volume when one of its own secrets changes, and for no other", async () => {
    const nameWith = async (versions: Record<string, string>): Promise<unknown> => {
      const boundaries: Boundaries = { rights: "few", limits, secretVersions: pulumi.output(versions) };
      return (await copyWith(boundaries, true))["release-api-secrets-volume"]?.inputs.name;
    };
    const name = await nameWith({ DATABASE_URL: "0a", JWT_SECRET: "1b" });
    assert.equal(await nameWith({ DATABASE_URL: "0a", JWT_SECRET: "2c" }), name);
    assert.notEqual(await nameWith({ DATABASE_URL: "0b", JWT_SECRET: "1b" }), name);
  });

  it("has no limits when it has all rights", async () => {
    const { api } = await copyWith({ rights: "all" }, true);
    assert.deepEqual([api?.inputs.memory, api?.inputs.readOnly], [undefined, undefined]);
    assert.equal((api?.inputs.uploads as unknown[]).length, 1);
  });
});
