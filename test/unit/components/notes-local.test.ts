/**
 * The sample application in `local`, as the engine is asked for it.
 *
 * A mock cannot prove that the engine and the plugins do what they are asked for: that the old copy is deleted last,
 * that a gate which fails stops the release, that the images build. test/e2e proves that on a real engine.
 */
import { byName, deployed, isSecret, valueOf, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { application } from "../../../application.ts";
import type { Environment } from "../../../components/environment/local-environment.ts";
import { shown } from "./hidden.ts";
import { data, databaseUrl, redisUrl, secrets } from "./notes-local/data.ts";
import { host, images } from "./notes-local/host.ts";
import { release } from "./notes-local/release.ts";
import { order, tree } from "./notes-local/shape.ts";
import { localProgram } from "./local.ts";
import { orderOf, treeOf } from "./order.ts";
import { imageId } from "./plugins.ts";

describe("the sample application in local", function () {
  this.timeout(30_000);
  let registrations: readonly Registration[];
  let environment: Environment;
  let resources: Record<string, Registration>;

  before(async () => {
    const done = await deployed(
      localProgram(application),
      // Images as they are released; development.test.ts has the others.
      { configuration: { "towpath:reload": "false", "towpath:namespace": "notes-local" } },
    );
    ({ registrations, result: environment } = done);
    resources = byName(registrations);
  });

  it("consists of these components and resources", () => {
    assert.equal(treeOf(registrations), tree);
  });

  it("gives every resource exactly these inputs", () => {
    const inputs = Object.entries(resources).map(([name, resource]) => [name, resource.inputs]);
    assert.deepEqual(Object.fromEntries(inputs), { ...host, ...images, ...data, ...release });
  });

  it("is made in the order of a release", () => {
    const waiting = Object.entries(orderOf(registrations)).filter(([, names]) => names.length > 0);
    assert.deepEqual(Object.fromEntries(waiting), order);
  });

  it("asks the engine in an order in which nothing comes before what it waits for", () => {
    const asked = Object.keys(resources);
    for (const [name, names] of Object.entries(order)) {
      for (const earlier of names) assert.ok(asked.indexOf(earlier) < asked.indexOf(name), name);
    }
  });

  it("replaces workloads create-first, and containers with a fixed name or port delete-first", () => {
    const containers = ofType("docker:index/container:Container");
    assert.deepEqual(
      Object.fromEntries(containers.map(({ name, options }) => [name, options.deleteBeforeReplace])),
      {
        "notes-local-gateway-container": true,
        "notes-local-postgres-container": true,
        "notes-local-redis-container": true,
        "notes-local-object-storage-container": true,
        "notes-local-api": false,
        "notes-local-worker": false,
        "notes-local-web": false,
      },
    );
  });

  it("replaces a workload when only its health check changed", () => {
    const containers = ofType("docker:index/container:Container");
    assert.deepEqual(
      containers
        .filter(({ options }) => options.replaceOnChanges.length > 0)
        .map(({ name }) => name)
        .sort(),
      ["notes-local-api", "notes-local-web", "notes-local-worker"],
    );
    assert.deepEqual(resources["notes-local-api"]?.options.replaceOnChanges, ["healthcheck"]);
  });

  it("uses the host's own provider for everything of Docker", () => {
    const providers = registrations
      .filter(({ type }) => type.startsWith("docker:"))
      .map(({ options }) => options.provider);
    assert.deepEqual(
      [...new Set(providers)],
      ["towpath:host:DockerHost$pulumi:providers:docker notes-local-host-engine"],
    );
  });

  it("publishes a port of the gateway and of nothing else", () => {
    const publishing = Object.values(resources).filter(({ inputs }) => "ports" in inputs);
    assert.deepEqual(
      publishing.map(({ name }) => name),
      ["notes-local-gateway-container"],
    );
  });

  it("labels every container, volume and network with its owner", () => {
    const labelled = [
      ...ofType("docker:index/container:Container"),
      ...ofType("docker:index/volume:Volume"),
      ...ofType("docker:index/network:Network"),
    ];
    assert.equal(labelled.length, 12);
    for (const { name, inputs } of labelled) {
      const keys = (inputs.labels as { label: string }[]).map(({ label }) => label);
      assert.deepEqual(
        keys.slice(0, 4),
        ["towpath.environment", "towpath.namespace", "towpath.part", "towpath.project"],
        name,
      );
    }
  });

  it("keeps volumes and the network whatever run made them", () => {
    for (const { name, options } of [
      ...ofType("docker:index/volume:Volume"),
      ...ofType("docker:index/network:Network"),
    ])
      assert.deepEqual(options.ignoreChanges, ["labels"], name);
  });

  it("shows no secret's value in any input that is not marked secret", () => {
    const open = JSON.stringify(registrations.map(({ name, inputs }) => [name, shown(inputs)]));
    for (const value of [...Object.values(secrets), databaseUrl, redisUrl])
      assert.ok(!open.includes(value), value);
  });

  it("passes secrets to containers as files, and to steps on standard input", () => {
    const places = Object.values(resources).flatMap(({ name, inputs }) =>
      Object.entries(inputs)
        .filter(([, value]) => JSON.stringify(shown(value)).includes("[secret]"))
        .map(([key]) => (resources[name]?.type === "command:local:Command" ? `step.${key}` : key)),
    );
    assert.deepEqual([...new Set(places)].sort(), ["step.stdin", "uploads"]);
  });

  it("returns the address, the release and the containers that users get", async () => {
    assert.equal(environment.namespace, "notes-local");
    assert.equal(environment.port, 8080);
    assert.equal(await valueOf(environment.url), "http://localhost:8080");
    assert.deepEqual(await valueOf(environment.services), {
      api: { container: "notes-local-api-1a2b3c4" },
      worker: { container: "notes-local-worker-1a2b3c4" },
      web: { container: "notes-local-web-1a2b3c4" },
    });
    const { id, images: released } = await valueOf(environment.release);
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.deepEqual(released, {
      api: imageId("notes-local-api-image-build"),
      web: imageId("notes-local-web-image-build"),
    });
  });

  it("keeps none of these outputs secret", async () => {
    const outputs = [environment.url, environment.services, environment.release];
    assert.deepEqual(await Promise.all(outputs.map(isSecret)), [false, false, false]);
  });

  function ofType(type: string): Registration[] {
    return registrations.filter((registration) => registration.type === type);
  }
});
