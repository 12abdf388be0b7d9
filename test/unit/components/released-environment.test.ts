/**
 * Staging and production: what is made on the host, in which order, and what differs from one's own machine.
 *
 * That a host then does it, and that users feel nothing of a release, is proved in test/e2e/hosts.
 */
import { byName, deployed, isSecret, valueOf, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { HostEnvironment } from "../../../components/environment/host-environment.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { plainProgram } from "../../../components/host/plain-program.ts";
import { host } from "../settings/good.ts";
import { Hidden, shown } from "./hidden.ts";
import { orderOf } from "./order.ts";
import { connection, digest, earlier, planOf, released } from "./released.ts";

/** The variable with the program that begins with this module, as an engine is given it. */
function programVariable(main: string): string {
  return `TOWPATH_PROGRAM=${plainProgram(main).variables.TOWPATH_PROGRAM}`;
}

function inputOf(registrations: readonly Registration[], name: string): Record<string, unknown> {
  const { stdin } = byName(registrations)[name]?.inputs ?? {};
  return shown(stdin instanceof Hidden ? stdin.value : stdin) as Record<string, unknown>;
}

describe("staging and production", function () {
  this.timeout(60_000);

  it("pull images by digest, with the registry's account, over the host's connection", async () => {
    const { registrations } = await released({});
    const resources = byName(registrations);
    const engine = resources["notes-staging-host-engine"]?.inputs;
    assert.equal(engine?.host, "unix://.towpath/ssh/notes-staging/app1.sock");
    const pulled =
      resources["notes-staging-api-image"]?.inputs ?? resources["notes-staging-api-image-pull"]?.inputs;
    assert.equal(pulled?.name, `ghcr.io/octocat/notes/api@${digest("b")}`);
    for (const { name, inputs } of registrations.filter(({ type }) => type === "command:local:Command")) {
      if (name.includes("tags")) continue;
      assert.deepEqual(inputs.environment, { TOWPATH_HOST: ".towpath/ssh/notes-staging/app1" }, name);
    }
  });

  it("publish only the gateway's ports", async () => {
    const { registrations } = await released({});
    const publishing = registrations.filter(({ inputs }) => "ports" in inputs).map(({ name }) => name);
    assert.deepEqual(publishing, ["notes-staging-gateway-container"]);
    assert.deepEqual(
      (byName(registrations)["notes-staging-gateway-container"]?.inputs.ports as object[]).map((port) =>
        Object.values(port).join(" "),
      ),
      ["80 80", "443 443", "443 443 udp"],
    );
    const both = (await released({ hasIpv6: true })).registrations;
    assert.deepEqual(
      (byName(both)["notes-staging-gateway-container"]?.inputs.ports as object[]).map((port) =>
        Object.values(port).join(" "),
      ),
      ["80 80", "443 443", "443 443 udp", "80 80 ::", "443 443 ::", "443 443 :: udp"],
    );
  });

  it("start the next copy when the previous one has started, and give each its gate", async () => {
    const { registrations } = await released({ settings: { copies: { api: 3 } } });
    const names = registrations.map(({ name }) => name);
    for (const copy of ["api", "api-copy-2", "api-copy-3"]) {
      assert.ok(names.includes(`notes-staging-${copy}`), copy);
      assert.ok(names.includes(`notes-staging-release-${copy}-gate-poll`), copy);
    }
    const { files } = inputOf(registrations, "notes-staging-release-route-switch") as {
      files: Record<string, string>;
    };
    assert.deepEqual(
      Object.keys(files).filter((path) => path.startsWith("stable/api/")),
      ["stable/api/0", "stable/api/1", "stable/api/2"],
    );
    assert.ok(
      orderOf(registrations)["notes-staging-web"]?.includes("notes-staging-release-api-copy-3-gate-poll"),
    );
  });

  it("have the switch start what must never run twice, and make no copy of it for a canary", async () => {
    const described = { services: { worker: { rollout: "stop-first", health: undefined } } };
    const labels = {
      ...{ "towpath.project": "notes", "towpath.environment": "staging" },
      ...{ "towpath.namespace": "notes-staging", "towpath.part": "worker" },
    };
    for (const canary of [undefined, { weight: 10 }]) {
      const { registrations } = await released({
        described,
        plan: planOf("b", earlier("a")),
        settings: { ...(canary && { canary }), gateTimeoutSeconds: 30, drainSeconds: 12 },
      });
      const { worker, web, other } = {
        worker: byName(registrations)["notes-staging-worker"]?.inputs ?? {},
        web: byName(registrations)["notes-staging-web"]?.inputs ?? {},
        other: byName(registrations)["notes-staging-worker-canary"],
      };
      assert.deepEqual(
        [worker.start, worker.mustRun, "start" in web, other],
        [false, false, false, undefined],
      );
      const rollout = { label: "towpath.rollout", value: "stop-first" };
      assert.ok((worker.labels as object[]).some((label) => isDeepStrictEqual(label, rollout)));
      const gate = inputOf(registrations, "notes-staging-release-worker-gate-poll");
      assert.deepEqual(gate.onlyOneOf, labels);
      const { files, copies, handOvers } = inputOf(registrations, "notes-staging-release-route-switch");
      const container = "notes-staging-worker-1a2b3c4";
      assert.equal((files as Record<string, string>)["stable/worker/0"], container);
      assert.equal((copies as string[]).filter((name) => name === container).length, 1);
      assert.deepEqual(handOvers, {
        copies: [
          {
            ...{ subject: "services.worker", container, timeoutSeconds: 30, pids: 256 },
            ...{ onlyOneOf: labels, graceSeconds: 12 },
          },
        ],
        beforeSmoke: false,
      });
    }
  });

  it("publish ports of the host, and only those that a service asks for", async () => {
    const described = { services: { worker: { ports: ["53:5353/udp", "25:2525"] } } };
    const { registrations } = await released({ described });
    const { worker, web } = {
      worker: byName(registrations)["notes-staging-worker"]?.inputs ?? {},
      web: byName(registrations)["notes-staging-web"]?.inputs ?? {},
    };
    assert.deepEqual(worker.ports, [
      { internal: 2525, external: 25, ip: "0.0.0.0" },
      { internal: 5353, external: 53, ip: "0.0.0.0", protocol: "udp" },
    ]);
    assert.deepEqual([worker.start, "ports" in web], [false, false]);
  });

  it("run a canary beside the current release, and keep no record of it yet", async () => {
    const current = earlier("a");
    const { registrations, result } = await released({
      plan: planOf("b", current),
      settings: { canary: { weight: 10 } },
    });
    const resources = byName(registrations);
    const pulled = registrations.filter(({ type }) => type === "docker:index/remoteImage:RemoteImage");
    assert.deepEqual(pulled.map(({ inputs }) => String(inputs.name).split("@sha256:")[1]?.[0]).sort(), [
      "a",
      "a",
      "b",
      "b",
    ]);
    for (const service of ["api", "web", "worker"]) {
      assert.ok(resources[`notes-staging-${service}`], service);
      assert.ok(resources[`notes-staging-${service}-canary`], service);
    }
    const { files, checks } = inputOf(registrations, "notes-staging-release-route-switch") as {
      files: Record<string, string>;
      checks: { headers?: Record<string, string> }[];
    };
    assert.equal(files.share, "199a");
    assert.equal(files["canary/api/0"], "notes-staging-api-canary-1a2b3c4");
    assert.equal(checks.length, 4);
    assert.deepEqual(await valueOf(result.releases), [current]);
    const image = inputOf(registrations, "notes-staging-release-migration-run").image;
    assert.equal(
      image,
      resources["notes-staging-api-canary"]?.inputs.image,
      "the newer release's migrations",
    );
  });

  it("leave the current release alone when a canary is dropped", async () => {
    const current = earlier("a");
    const { registrations, result } = await released({
      plan: planOf("b", current),
      settings: { canary: { weight: 0 } },
    });
    assert.equal(byName(registrations)["notes-staging-api-canary"], undefined);
    // The old release's migrations do not know the schema that the canary left.
    assert.equal(byName(registrations)["notes-staging-release-migration-run"], undefined);
    assert.deepEqual(await valueOf(result.releases), [current]);
  });

  it("keep a secret record, and show it in short", async () => {
    const { result } = await released({});
    assert.equal(await isSecret(result.releases), true);
    const [newest] = await valueOf(result.releases);
    const short = await valueOf(result.release);
    assert.ok(newest !== undefined);
    assert.equal(newest.receipts.route.release, "b".repeat(12));
    assert.deepEqual([short?.id, short?.images], ["b".repeat(12), newest.images]);
    assert.equal(await isSecret(result.release), false);
    assert.equal(result.url, "https://staging.example.com");
  });

  it("are served by the shared gateway, which joins their own network and leaves it again", async () => {
    const gateway = { containerName: "shared", containerId: "0e5a", networkName: "notes-host-app1" };
    const { registrations } = await released({ gateway });
    const resources = byName(registrations);
    assert.equal(resources["notes-staging-gateway-container"], undefined);
    const copies = registrations.filter(({ type }) => type === "docker:index/container:Container");
    assert.ok(copies.length > 3);
    for (const { inputs } of copies) assert.deepEqual(inputs.networksAdvanced, [{ name: "notes-staging" }]);
    const between = { gateway: "shared", network: "notes-staging" };
    const leaving = resources["notes-staging-shared-gateway-leave"];
    assert.deepEqual(
      [leaving?.inputs.create, leaving?.inputs.delete],
      ["true", "node steps/run.mjs leave-network"],
    );
    assert.deepEqual(inputOf(registrations, "notes-staging-shared-gateway-leave"), between);
    const joining = resources["notes-staging-shared-gateway-join"];
    assert.deepEqual(
      [joining?.inputs.create, joining?.inputs.delete],
      ["node steps/run.mjs join-networks", undefined],
    );
    assert.deepEqual(inputOf(registrations, "notes-staging-shared-gateway-join"), {
      ...between,
      gatewayId: "0e5a",
    });
    const { site } = inputOf(registrations, "notes-staging-release-route-switch");
    assert.deepEqual(site, { gateway: "shared", name: "notes-staging" });
  });

  it("have no certificate of their own below the domain of the shared gateway's", async () => {
    const gateway = {
      ...{ containerName: "shared", containerId: "0e5a", networkName: "notes-host-app1" },
      wildcard: { domain: "example.com", certificates: "internal" as const },
    };
    const { registrations } = await released({ gateway });
    const { text, secure } = inputOf(registrations, "notes-staging-release-route-switch");
    assert.doesNotMatch(String(text), /^\ttls/m);
    assert.deepEqual(secure, { domain: "staging.example.com", certificates: "internal" });
  });

  it("wait for the certificate of each further host name and redirect, and ask a service by a name that it has", async () => {
    const described = {
      domains: ["api"],
      services: {
        api: {
          routes: [{ domain: "api", path: "/*" }],
          environment: { ADDRESS: "${url.api}, ${domain.api}" },
        },
        web: { routes: ["/*"] },
      },
      smoke: [{ path: "/" }],
    };
    const redirects = { "www.example.org": "staging.example.com" };
    const gateway = {
      ...{ containerName: "shared", containerId: "0e5a", networkName: "notes-host-app1" },
      wildcard: { domain: "staging.example.com", certificates: "internal" as const },
    };
    const { registrations } = await released({ described, gateway, settings: { redirects } });
    const { secure, further, text } = inputOf(registrations, "notes-staging-release-route-switch");
    assert.deepEqual(secure, { domain: "staging.example.com", certificates: "automatic" });
    assert.deepEqual(further, [
      { domain: "api.staging.example.com", certificates: "internal" },
      { domain: "www.example.org", certificates: "automatic" },
    ]);
    assert.deepEqual(String(text).match(/^[a-z].*(?= \{$)/gm), [
      ...["staging.example.com", "api.staging.example.com", "www.example.org"],
    ]);
    const { probe } = inputOf(registrations, "notes-staging-release-api-gate-poll");
    assert.equal((probe as { headers: { host: string } }).headers.host, "api.staging.example.com");
    const plain = await released({});
    assert.ok(!("further" in inputOf(plain.registrations, "notes-staging-release-route-switch")));
  });

  it("hash the password of a route where the gateway is, and name the proxies before it", async () => {
    const routes = ["/api/*", { path: "/admin/*", basicAuth: { user: "admin", secret: "JWT_SECRET" } }];
    const { registrations } = await released({
      described: { services: { api: { routes } } },
      settings: { trustedProxies: ["10.0.0.0/8"] },
    });
    const { password } = inputOf(registrations, "notes-staging-release-JWT_SECRET-hash");
    assert.equal(password, "hunter2");
    const { text } = inputOf(registrations, "notes-staging-release-route-switch");
    assert.match(String(text), /^\t+trusted_proxies 10\.0\.0\.0\/8$/m);
  });

  it("make a backup before a migration in production only", async () => {
    const volumes = async (stack: "staging" | "production"): Promise<string[]> =>
      (await released({ stack })).registrations
        .filter(({ type, name }) => type === "docker:index/volume:Volume" && name.includes("backups"))
        .map(({ inputs }) => String(inputs.name));
    assert.deepEqual(await volumes("staging"), []);
    assert.deepEqual(await volumes("production"), ["notes-production-backups"]);
  });

  it("only dump where a service migrates by itself at its start", async () => {
    const described = {
      migrations: { service: "api", atStart: true, up: undefined, down: undefined, current: undefined },
    };
    const staged = byName((await released({ described })).registrations);
    assert.equal(staged["notes-staging-release-migration-run"], undefined);
    const { registrations } = await released({ stack: "production", described });
    const { command, care } = inputOf(registrations, "notes-production-release-migration-run");
    assert.deepEqual(command, []);
    assert.deepEqual(Object.keys(care as object).sort(), ["backup", "lock"]);
  });

  it("make one before each release where production asks for it (004-136)", async () => {
    const before = async (change: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const { registrations } = await released({ stack: "production", settings: change });
      return inputOf(registrations, "notes-production-release-migration-run").care;
    };
    const asked = { backup: { schedule: "0 3 * * *", retention: "30d", before: "releases" } };
    const dump = { volume: "notes-production-backups", release: planOf("b").id };
    assert.deepEqual(((await before({})) as { backup: unknown }).backup, dump);
    assert.deepEqual(((await before(asked)) as { backup: unknown }).backup, { ...dump, always: true });
  });

  it("have what takes backups at the times of the settings in production only: without a port, and with few rights", async () => {
    const { registrations } = await released({ stack: "production" });
    const { inputs, options } = byName(registrations)["notes-production-scheduled-backups-container"] ?? {};
    assert.ok(inputs !== undefined && options !== undefined);
    assert.deepEqual(
      [inputs.name, inputs.image, inputs.ports, inputs.readOnly, inputs.restart, inputs.capabilities],
      [
        "notes-production-backups",
        "docker.io/library/node:20-bookworm-slim",
        undefined,
        true,
        "unless-stopped",
        { drops: ["ALL"] },
      ],
    );
    assert.deepEqual([options.protect, options.deleteBeforeReplace], [false, true]);
    assert.deepEqual(
      (inputs.volumes as { containerPath: string }[]).map(({ containerPath }) => containerPath),
      ["/backups", "/var/run/docker.sock"],
    );
    const [program = "", task = ""] = inputs.envs as string[];
    assert.equal(program, programVariable("backup/program/main.mjs"));
    const labels = {
      "towpath.project": "notes",
      "towpath.environment": "production",
      "towpath.namespace": "notes-production",
    };
    assert.deepEqual(JSON.parse(task.replace(/^TOWPATH_BACKUP=/, "")), {
      ...{ schedule: "0 3 * * *", retentionDays: 30, folder: "/backups", waitSeconds: 900 },
      ...{
        server: "notes-production-postgres",
        administrator: "notes_production",
        database: "notes_production",
      },
      ...{ volume: "notes-production-backups", container: "notes-production-backups-dump" },
      drillContainer: "notes-production-backups-drill",
      labels: { ...labels, "towpath.part": "backups" },
      runLabels: { ...labels, "towpath.part": "migration" },
    });
    // It waits for the server, and nothing of a release waits for it.
    const order = orderOf(registrations);
    assert.ok(
      order["notes-production-scheduled-backups-container"]?.includes("notes-production-postgres-owner"),
    );
    assert.ok(
      !Object.values(order)
        .flat()
        .some((name) => name === "notes-production-scheduled-backups-gate-poll"),
    );
    const staging = await released({});
    assert.ok(!staging.registrations.some(({ name }) => name.includes("backups")));
  });
});

describe("jobs with a schedule", () => {
  const nightly = { service: "api", command: ["clean", "up"], schedule: "0 3 * * *", timeoutSeconds: 60 };
  const described = { jobs: { nightly, asked: { service: "api", command: ["seed"] } } };

  it("run by a program that knows the copies which users get, and no secret (000-88c)", async () => {
    const { registrations } = await released({ described });
    const resources = byName(registrations);
    const { inputs, dependencies } =
      resources["notes-staging-scheduled-jobs-container"] ?? assert.fail("no container");
    assert.deepEqual(
      [inputs.name, inputs.ports, inputs.readOnly, inputs.restart, inputs.capabilities],
      ["notes-staging-scheduled-jobs", undefined, true, "unless-stopped", { drops: ["ALL"] }],
    );
    const [program = "", text = ""] = inputs.envs as string[];
    assert.equal(program, programVariable("job/program/main.mjs"));
    const task = JSON.parse(text.replace(/^TOWPATH_JOBS=/, "")) as {
      jobs: { nightly: { copies: string[] } };
    };
    const { copies } = task.jobs.nightly;
    assert.ok(copies.length === 1 && copies[0]?.startsWith("notes-staging-api"), copies.join());
    const of = {
      "towpath.project": "notes",
      "towpath.environment": "staging",
      "towpath.namespace": "notes-staging",
    };
    assert.deepEqual(task, {
      ...{ folder: "/jobs", graceSeconds: 10 },
      labels: { "towpath.namespace": "notes-staging", "towpath.asked-by": "schedule" },
      jobs: {
        nightly: {
          ...nightly,
          ...{ copies, container: "notes-staging-job-nightly", plainVariables: ["LOG_LEVEL"] },
          labels: { ...of, "towpath.part": "job-nightly" },
        },
      },
    });
    // Users are on the release, and what is deleted first is what would begin more.
    const needed = dependencies.map((urn) => urn.split("::").at(-1));
    assert.ok(needed.includes("notes-staging-release-route-switch"), needed.join());
    assert.ok(needed.includes("notes-staging-scheduled-jobs-end"), needed.join());
  });

  it("make nothing where there are none", async () => {
    const { registrations } = await released({});
    assert.ok(!registrations.some(({ name }) => name.includes("jobs")));
  });
});

describe("a host that several environments share", () => {
  /** What its stack makes with these settings. */
  const made = (more: Readonly<Record<string, unknown>> = {}) =>
    deployed(
      () => {
        const { settings } = loadSettings("notes");
        if (settings.environment !== "host") throw new Error("not a host");
        return new HostEnvironment(settings.namespace, {
          applicationName: "notes",
          settings,
          connection,
          hasIpv6: true,
        });
      },
      {
        stack: "host-app1",
        configuration: Object.fromEntries(
          Object.entries({ host: host.host, ...more }).map(([key, value]) => [
            `towpath:${key}`,
            JSON.stringify(value),
          ]),
        ),
      },
    );

  it("has what wakes previews where settings give them room: without a port, and with few rights", async () => {
    const { registrations, result } = await made({ room: { memory: "1GiB", previews: 2 } });
    const { inputs } = byName(registrations)["notes-host-app1-activator-container"] ?? {};
    assert.ok(inputs !== undefined);
    assert.equal(inputs.ports, undefined);
    assert.deepEqual(
      [inputs.readOnly, inputs.restart, inputs.memory, inputs.capabilities],
      [true, "unless-stopped", 128, { drops: ["ALL"] }],
    );
    const room = '{"memory":1073741824,"previews":2,"whenFull":"sleep","sleepAfter":7200}';
    assert.ok((inputs.envs as string[]).includes(`TOWPATH_ROOM=${room}`));
    const { activator } = await valueOf(result.gateway);
    assert.deepEqual(activator, {
      containerName: "notes-host-app1-activator",
      port: 8080,
      room: JSON.parse(room) as unknown,
    });
  });

  it("may have a certificate for all names below a domain, in a site of its own", async () => {
    const wildcard = { domain: "preview.example.com", certificates: "internal" };
    const { registrations, result } = await made({ wildcard });
    assert.deepEqual(inputOf(registrations, "notes-host-app1-gateway-wildcard"), {
      site: { gateway: "notes-host-app1-gateway", name: "notes-host-app1" },
      domain: "preview.example.com",
    });
    assert.deepEqual((await valueOf(result.gateway)).wildcard, wildcard);
  });

  it("has only a gateway and its network", async () => {
    const { registrations, result } = await made();
    assert.deepEqual(Object.keys(byName(registrations)).sort(), [
      "notes-host-app1-gateway-certificates",
      "notes-host-app1-gateway-container",
      "notes-host-app1-gateway-gate-poll",
      "notes-host-app1-gateway-join",
      "notes-host-app1-gateway-sites",
      "notes-host-app1-host-engine",
      "notes-host-app1-host-network",
    ]);
    const { containerName, networkName } = await valueOf(result.gateway);
    assert.deepEqual([containerName, networkName], ["notes-host-app1-gateway", "notes-host-app1"]);
  });
});
