/** Redis as application.ts describes it. That a real server is so, test/e2e/local/lifecycle shows. */
import { byName, deployed, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { BackingServices } from "../../../components/data/backing-services.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { kinds, type Kind } from "../../../components/settings/kinds.ts";
import { notes } from "../application/notes.ts";
import { Hidden } from "./hidden.ts";

/** Returns what an application with that server registers. */
async function registered(
  redis: object,
  kind: Kind = kinds.production,
): Promise<Readonly<Record<string, Registration>>> {
  const { registrations } = await deployed(
    () =>
      new BackingServices("data", {
        application: parseApplication({ ...notes, redis }),
        names: namesOf("notes-production"),
        ...{ imageMirror: "docker.io", gateTimeoutSeconds: 60, kind },
        host: new DockerHost("host", { networkName: "notes-production" }),
        labels: (part) => ({ "towpath.part": part }),
      }),
  );
  return byName(registrations);
}

function server(resources: Readonly<Record<string, Registration>>): Readonly<Record<string, unknown>> {
  return resources["data-redis-container"]?.inputs ?? assert.fail("no server");
}

/** The lines of the server's configuration after its password. */
function configured(resources: Readonly<Record<string, Registration>>): string[] {
  const [upload] = server(resources).uploads as { file: string; content: Hidden }[];
  assert.equal(upload?.file, "/run/secrets/redis.conf");
  const [password, ...lines] = String(upload.content.value).split("\n");
  assert.match(password ?? "", /^requirepass \S+$/);
  return lines;
}

describe("Redis as an application describes it", () => {
  const cache = {
    ...{ version: 8, server: "valkey", persistent: false },
    settings: { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" },
  };

  it("is the official image with a protected volume, where only a version is said", async () => {
    const resources = await registered({ version: 6 });
    const { image, command, volumes, tmpfs } = server(resources);
    assert.equal(image, "docker.io/library/redis:6");
    assert.deepEqual(command, ["redis-server", "/run/secrets/redis.conf"]);
    assert.deepEqual(volumes, [{ volumeName: "notes-production-redis", containerPath: "/data" }]);
    assert.equal(tmpfs, undefined);
    assert.equal(resources["data-redis-volume"]?.options.protect, true);
    assert.deepEqual(configured(resources), ["appendonly yes", "dir /data", ""]);
  });

  it("is a cache without a volume, of another make and with settings", async () => {
    const resources = await registered(cache);
    const { image, command, volumes, tmpfs } = server(resources);
    assert.equal(image, "docker.io/valkey/valkey:8");
    assert.deepEqual(command, ["valkey-server", "/run/secrets/redis.conf"]);
    assert.deepEqual([volumes, tmpfs], [undefined, { "/data": "" }]);
    assert.equal(resources["data-redis-volume"], undefined);
    assert.deepEqual(configured(resources), [
      ...["appendonly no", "dir /data", 'save ""', "maxmemory 64mb", "maxmemory-policy allkeys-lru", ""],
    ]);
    const probe = JSON.stringify(resources["data-redis-gate-poll"]?.inputs);
    assert.match(probe, /valkey-cli ping/);
    // What holds the rest of the data stays as it is.
    assert.equal(resources["data-postgres-volume"]?.options.protect, true);
  });

  it("keeps nothing in ci, whatever is said", async () => {
    const resources = await registered({ version: 7, settings: { maxmemory: "1mb" } }, kinds.ci);
    assert.equal(resources["data-redis-volume"], undefined);
    assert.deepEqual(configured(resources), ["appendonly no", "dir /data", "maxmemory 1mb", ""]);
  });
});
