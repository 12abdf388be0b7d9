import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { stringify } from "yaml";
import { commandsOf } from "../../support/docs.ts";
import { patientApi } from "../../support/hosts/fake-api.ts";
import { assertServed, Load } from "../../support/load.ts";
import { PublicAuthority } from "../../support/hosts/public-authority.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { serialNumber } from "../../support/hosts/serial-number.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { killTree } from "../../support/process-tree.ts";
import type { Ended } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { sampled } from "../../support/quick.ts";
import { hostNames } from "./host-names.ts";

const hostStack = "host-app1";

/** A worker whose process is another one than its image says. */
const otherWorker = [
  'command: ["python", "-m", "notes.worker"],',
  `entrypoint: ["python"], command: ["-m", "notes.worker"], user: "1234:1234", workingDir: "/app", init: true,
      stopSignal: "SIGINT", tmpfs: ["/run/notes"], shmSize: "96MiB", ulimits: { nofile: 4096 },
      extraHosts: { "legacy.internal": "10.1.2.3" },`,
] as const;

/** Services that do not run everywhere: one that staging's profile switches on, and one that is there only locally. */
const placed = [
  "services: {",
  `services: {
    indexer: { image: "api", command: ["sleep", "infinity"], init: true, profiles: ["with-indexer"], secrets: ["LICENSE_KEY"] },
    mailhog: { image: "web", only: ["local"], port: 8080, routes: ["/mail/*"], secrets: ["MAIL_KEY"] },`,
] as const;

/** A secret whose file programs look for at a path of their own: in a root file system that is read-only, and in one that is not. */
const licensed = [
  'secrets: ["JWT_SECRET"],',
  'secrets: ["JWT_SECRET", "LICENSE_KEY", "SMOKE_PASSWORD"],',
] as const;
const licensePath = "/etc/app/license.json";
const sameLicense = `cmp "$LICENSE_KEY_FILE" /run/secrets/LICENSE_KEY && wc -c <"$LICENSE_KEY_FILE"`;
const jobs = [
  "jobs: {",
  `secrets: { LICENSE_KEY: { path: "${licensePath}" } },
  jobs: {
    "license-api": { service: "api", command: ["sh", "-c", '${sameLicense}'] },
    "license-indexer": { service: "indexer", command: ["sh", "-c", '${sameLicense}'] },`,
] as const;
const secrets = {
  JWT_SECRET: { source: "generated", length: 32 },
  LICENSE_KEY: { source: "generated", length: 77 },
  SMOKE_PASSWORD: { source: "generated", length: 32 },
};

/** Limits of staging: those of a service and of a server are others. */
const limits = {
  ...{ memory: "256MiB", cpus: 2, pids: 256 },
  services: { indexer: { memory: "64MiB" }, redis: { memory: "96MiB", cpus: 1, pids: 64 } },
};

/** Variables of staging alone: its API connects in a form of its own. */
const variables = {
  SMTP_HOST: "",
  WHERE: "${environment} at ${url}, $${as it is}",
  api: {
    DATABASE_URL:
      "postgresql://${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/${postgres.database}",
  },
};

/** Smoke checks that sign in, ask another address and run a command. */
function smokeChecks(tracker: string): readonly [string, string] {
  return [
    '{ path: "/", status: 200 },',
    `{ path: "/", status: 200 },
    { path: "/api/login", form: { password: "\${secret.SMOKE_PASSWORD}" }, save: { token: "access_token" } },
    { path: "/api/members?page=1", headers: { Authorization: "Bearer \${smoke.token}" }, retries: 3, everySeconds: 1 },
    { url: "${tracker}/issues?of=\${domain}", headers: { Authorization: "Bearer \${secret.SMOKE_PASSWORD}" },
      compare: { length: { below: 1 } }, only: ["staging"] },
    { service: "worker", command: ["-c", "import notes.worker"], only: ["production"] },`,
  ];
}

/** An error tracker, with the issues that it has, and what it was asked. */
class Tracker {
  issues: string[] = [];
  readonly asked: { readonly url: string | undefined; readonly authorization: string | undefined }[] = [];
  private readonly server = createServer(({ url, headers: { authorization } }, response) => {
    this.asked.push({ url, authorization });
    response.end(JSON.stringify(this.issues));
  });

  async start(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe("a gateway that several environments share", () => {
  const tracker = new Tracker();
  let host: TestHost;
  let released: ReleasedProject;
  let commit: string;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host, production: host });
    released.project.source.write(
      `Pulumi.${hostStack}.yaml`,
      stringify({
        config: { "towpath:host": host.settings(), "towpath:imageMirror": released.registry.imageMirror },
      }),
    );
    released.project.source.edit("application.ts", ...otherWorker);
    released.project.source.edit("application.ts", ...placed);
    released.project.source.edit("application.ts", ...licensed);
    released.project.source.edit("application.ts", ...jobs);
    released.project.source.edit("application.ts", ...smokeChecks(await tracker.start()));
    commit = await released.publish(patientApi);
    configure({});
    // The page's own commands; the settings stand as it says.
    for (const command of commandsOf("gateway.md")) {
      const [npm, run, ...args] = command.split(" ");
      assert.deepEqual([npm, run], ["npm", "run"]);
      const ended = await released.run(args.filter((arg) => arg !== "--"));
      assert.equal(ended.code, 0, `${command}\n${ended.stdout}\n${ended.stderr}`);
    }
    await released.release("staging");
    await released.release("production");
  });
  after(async () => {
    await released.remove();
    await handBack(host);
    await tracker.stop();
  });

  function configure(
    more: Readonly<Record<string, unknown>>,
    ofProduction: Readonly<Record<string, unknown>> = {},
  ): void {
    released.configure("staging", {
      commit,
      gateway: hostStack,
      variables,
      secrets,
      limits,
      profiles: ["with-indexer"],
      ...more,
    });
    released.configure("production", {
      ...{ gateway: hostStack, variables: { SMTP_HOST: "smtp.example.com" }, secrets },
      ...ofProduction,
    });
  }

  it("serves each by its own name, lets a release change only its own site, and answers 503 in maintenance except for health paths", async () => {
    const gateways = await host.docker(
      "ps",
      "--filter",
      "label=towpath.part=gateway",
      "--format",
      "{{.Names}}",
    );
    assert.deepEqual(gateways, ["notes-host-app1-gateway"]);
    const siteOf = (name: string): Promise<string> =>
      host.exec("docker", "exec", "notes-host-app1-gateway", "cat", `/etc/caddy/sites/${name}.caddy`);
    const production = await siteOf("notes-production");
    configure({ maintenance: true, drainSeconds: 20 });
    await released.release("staging");
    const page = await released.ask("staging", "/");
    assert.equal(page.status, 503);
    assert.equal(page.headers["retry-after"], "60");
    assert.match(page.body, /<h1>Back soon<\/h1>/);
    assert.equal((await released.ask("staging", "/api/health")).status, 200);
    assert.equal((await released.ask("production", "/")).status, 200);
    assert.equal(await siteOf("notes-production"), production);
    configure({});
    await released.release("staging");
    assert.equal((await released.ask("staging", "/")).status, 200);
  });

  it("limits a service and a server as its settings say of them (001-171)", async () => {
    const limitsOf = async (part: string): Promise<unknown> => {
      const filters = ["label=towpath.namespace=notes-staging", `label=towpath.part=${part}`];
      const [id = ""] = await host.docker("ps", "--quiet", ...filters.flatMap((one) => ["--filter", one]));
      const shown = ["Memory", "NanoCpus", "PidsLimit"].map((field) => `{{json .HostConfig.${field}}}`);
      const [answer = ""] = await host.docker("inspect", "--format", `[${shown.join(",")}]`, id);
      return JSON.parse(answer);
    };
    assert.deepEqual(await limitsOf("api"), [256 * 1024 ** 2, 2e9, 256]);
    assert.deepEqual(await limitsOf("indexer"), [64 * 1024 ** 2, 2e9, 256]);
    assert.deepEqual(await limitsOf("redis"), [96 * 1024 ** 2, 1e9, 64]);
    assert.deepEqual(await limitsOf("postgres"), [0, 0, null]);
  });

  it("asks smoke checks in each release, and at any time as docs/smoke.md says: with a secret, what one saved, another address, a command (000-68b, 000-68c, 000-88b, 000-88d, 002-44, 002-194, 002-430)", async () => {
    const filters = ["label=towpath.namespace=notes-staging", "label=towpath.part=api"];
    const [api = ""] = await host.docker("ps", "--quiet", ...filters.flatMap((one) => ["--filter", one]));
    const password = await host.exec("docker", "exec", api, "cat", "/run/secrets/SMOKE_PASSWORD");
    const ofTracker = { url: "/issues?of=staging.example.test", authorization: `Bearer ${password}` };
    assert.deepEqual(
      [...new Set(tracker.asked.map((one) => JSON.stringify(one)))],
      [JSON.stringify(ofTracker)],
    );
    const { receipts } = await released.record("production");
    assert.deepEqual((receipts.smoke as { passed?: unknown }).passed, [
      ...["/api/health", "/", "POST /api/login", "/api/members?page=1", '"-c import notes.worker"'],
    ]);

    const [staging = "", production = ""] = commandsOf("smoke.md").filter((one) => one.includes("--stack"));
    const smoke = async (command: string): Promise<Ended> => {
      const ended = await released.run([...command.split(" ").slice(2), "--address", host.address]);
      for (const secret of [password, "the-token-of-who-knows"])
        assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret));
      return ended;
    };
    const asked = await smoke(production);
    assert.equal(asked.code, 0, asked.stdout + asked.stderr);
    const { checks } = JSON.parse(asked.stdout) as { checks: { check: string; passed: boolean }[] };
    assert.deepEqual(
      checks.map(({ check, passed }) => [check, passed]),
      [
        ["GET /api/health", true],
        ["GET /", true],
        ["POST /api/login", true],
        ["GET /api/members?page=1", true],
        ['"-c import notes.worker"', true],
      ],
    );

    tracker.issues = ["it does not work"];
    const told = await smoke(staging);
    tracker.issues = [];
    assert.equal(told.code, 1, told.stdout + told.stderr);
    assert.match(
      told.stdout,
      /^GET http:\/\/127\.0\.0\.1:\d+\/issues\?of=staging\.example\.test +failed +\d.* expected length below 1, got 1$/m,
    );
    assert.match(told.stdout, /^staging, https:\/\/staging\.example\.test: 1 of 5 checks failed$/m);
    assert.match(told.stdout, /^POST \/api\/login +passed /m);
  });

  sampled(
    "goes back when another address says after the switch that something is wrong (000-88b)",
    async () => {
      const routeOf = (): Promise<string> =>
        host.exec(
          "docker",
          "exec",
          "notes-host-app1-gateway",
          "readlink",
          "/etc/caddy/sites/notes-staging/current",
        );
      const before = await routeOf();
      tracker.issues = ["it does not work"];
      configure({ variables: { ...variables, NEW: "1" } });
      const ended = await released.up("staging");
      tracker.issues = [];
      assert.equal(ended.code, 1, ended.stdout + ended.stderr);
      assert.match(
        ended.stdout + ended.stderr,
        /smoke: after the switch, GET http:\/\/127\.0\.0\.1:\d+\/issues\?of=staging\.example\.test: expected length below 1, got 1; the old route is back/,
      );
      assert.equal(await routeOf(), before);
      configure({});
      await released.release("staging");
    },
  );

  it("runs each with its own variables and what they refer to (000-53, 001-69, 001-169, 004-206)", async () => {
    const environmentOf = async (namespace: string): Promise<Readonly<Record<string, string>>> => {
      const filters = [`label=towpath.namespace=${namespace}`, "label=towpath.part=api"];
      const [api = ""] = await host.docker("ps", "--quiet", ...filters.flatMap((one) => ["--filter", one]));
      const lines = await host.docker("exec", api, "env");
      return Object.fromEntries(lines.map((line) => [line.replace(/=.*/s, ""), line.replace(/^[^=]*=/, "")]));
    };
    const staging = await environmentOf("notes-staging");
    const { WHERE, SMTP_HOST, DATABASE_URL = "", DATABASE_URL_FILE } = staging;
    assert.deepEqual([WHERE, SMTP_HOST], ["staging at https://staging.example.test, ${as it is}", ""]);
    // It serves with this one, and has no other.
    assert.match(DATABASE_URL, /^postgresql:\/\/[^:]+:[^@]+@notes-staging-postgres[^:]*:5432\/\w+$/);
    assert.equal(DATABASE_URL_FILE, undefined);
    assert.equal((await released.ask("staging", "/api/health")).status, 200);
    const production = await environmentOf("notes-production");
    assert.equal(production.SMTP_HOST, "smtp.example.com");
    assert.equal(production.DATABASE_URL_FILE, "/run/secrets/DATABASE_URL");
  });

  it("runs a process as the application says, and finds it so again", async () => {
    const workerOf = async (): Promise<string> => {
      const filters = ["label=towpath.namespace=notes-staging", "label=towpath.part=worker"];
      const [worker = ""] = await host.docker(
        "ps",
        "--quiet",
        ...filters.flatMap((one) => ["--filter", one]),
      );
      return worker;
    };
    const worker = await workerOf();
    const script = [
      "id -u; pwd; ulimit -n; cat /proc/1/comm; stat -f -c %T /run/notes",
      "df -k /dev/shm | tail -n 1 | awk '{ print $2 }'; getent hosts legacy.internal | awk '{ print $1 }'",
    ].join("; ");
    assert.deepEqual(await host.docker("exec", worker, "sh", "-c", script), [
      "1234",
      "/app",
      "4096",
      "docker-init",
      "tmpfs",
      "98304",
      "10.1.2.3",
    ]);
    assert.deepEqual(await host.docker("inspect", "--format", "{{.Config.StopSignal}}", worker), ["SIGINT"]);
    await released.release("staging");
    assert.equal(await workerOf(), worker);
  });

  it("runs a service where a profile is switched on, and none that is there only locally (001-154, 001-275)", async () => {
    const partsIn = async (namespace: string): Promise<string[]> => {
      const format = '{{.Label "towpath.part"}}';
      const parts = await host.docker(
        ...["ps", "--filter", `label=towpath.namespace=${namespace}`, "--format", format],
      );
      return parts.filter((part) => ["api", "worker", "web", "indexer", "mailhog"].includes(part)).sort();
    };
    assert.deepEqual(await partsIn("notes-staging"), ["api", "indexer", "web", "worker"]);
    assert.deepEqual(await partsIn("notes-production"), ["api", "web", "worker"]);
    assert.doesNotMatch((await released.run(["releases", "--stack", "staging", "--json"])).stdout, /mailhog/);
  });

  it("has a secret's file at the path that the application says, also where nothing can be written, and in jobs (000-55)", async () => {
    for (const part of ["api", "indexer"]) {
      const filters = ["label=towpath.namespace=notes-staging", `label=towpath.part=${part}`];
      const [copy = ""] = await host.docker(
        ...["ps", "--quiet", ...filters.flatMap((one) => ["--filter", one])],
      );
      const script = `echo "$LICENSE_KEY_FILE"; ${sameLicense}; ls -A /etc/app`;
      assert.deepEqual(await host.docker("exec", copy, "sh", "-c", script), [
        licensePath,
        "77",
        "license.json",
      ]);
      const { code, stdout, stderr } = await released.run([
        "job",
        "run",
        `license-${part}`,
        "--stack",
        "staging",
      ]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout + stderr, /\| 77$/m);
    }
  });

  it("keeps no zombie processes of the releases' requests", async () => {
    const dead = await until("the end of what asks", 30, async () => {
      const listed = await host.script("docker exec notes-host-app1-gateway sh -c 'cat /proc/[0-9]*/stat'");
      assert.match(listed, /\(caddy\)/);
      if (/\(timeout\) [^Z]/.test(listed)) return undefined;
      return listed.split("\n").filter((line) => line.includes(") Z "));
    });
    assert.deepEqual(dead, []);
  });

  it("redirects HTTP to HTTPS, and refuses names that it does not serve", async () => {
    const answer = await fetch(`http://${host.address}/`, {
      headers: { host: released.domain("staging") },
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
    });
    assert.equal(answer.status, 308);
    const socket = tls.connect({ host: host.address, port: 443, servername: "other.example.test" });
    const [error] = (await once(socket, "error")) as [Error];
    assert.match(error.message, /alert internal error/);
  });

  hostNames(() => released, configure);

  sampled("leaves a long request and a web socket with the old copy until they end", async () => {
    configure({ drainSeconds: 60 });
    await released.release("staging");
    const socket = tls.connect({
      host: host.address,
      port: 443,
      servername: released.domain("staging"),
      rejectUnauthorized: false,
    });
    const limit = () => ({ signal: AbortSignal.timeout(30_000) });
    await once(socket, "secureConnect", limit());
    socket.write(
      `GET /api/socket HTTP/1.1\r\nHost: ${released.domain("staging")}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [head] = (await once(socket, "data", limit())) as [Buffer];
    assert.match(head.toString(), /^HTTP\/1\.1 101 /);
    const containersNow = async (): Promise<string[]> =>
      host.docker("ps", "--filter", "name=notes-staging-api-", "--format", "{{.Names}}");
    const [old = ""] = await containersNow();

    // Nothing else changes: other limits of Redis would make it anew, and all copies that need it.
    configure({
      commit: await released.publish({ ...patientApi, web: ["ENV NEXT=1"] }),
      drainSeconds: 60,
    });
    const slow = released.ask("staging", "/api/slow");
    let ended = false;
    const up = released.up("staging").finally(() => (ended = true));
    assert.equal((await slow).status, 200);
    await until("the new copy", 120, async () => {
      const current = await host.exec(
        ...["docker", "exec", "notes-host-app1-gateway", "cat"],
        "/etc/caddy/sites/notes-staging/current/stable/api/0",
      );
      return current !== old || undefined;
    });
    socket.write("still there?");
    const [echo] = (await once(socket, "data", limit())) as [Buffer];
    assert.equal(echo.toString(), "still there?");
    assert.ok((await containersNow()).includes(old));
    assert.equal(ended, false);
    socket.end();
    assert.equal((await up).code, 0);
    assert.ok(!(await containersNow()).includes(old));
  });

  sampled("keeps its configuration when another file in it cannot be read", async () => {
    const gateway = "notes-host-app1-gateway";
    await host.exec(
      "docker",
      "exec",
      gateway,
      "sh",
      "-c",
      "echo 'nonsense {' >/etc/caddy/sites/broken.caddy",
    );
    try {
      configure({ drainSeconds: 30 });
      const ended = await released.up("staging");
      assert.notEqual(ended.code, 0);
      assert.match(
        ended.stdout + ended.stderr,
        /route: the gateway refuses the new route, [^]*unrecognized directive/,
      );
      assert.equal((await released.ask("staging", "/")).status, 200);
      assert.equal((await released.ask("production", "/")).status, 200);
    } finally {
      await host.exec("docker", "exec", gateway, "rm", "/etc/caddy/sites/broken.caddy");
    }
    assert.equal((await released.up("staging")).code, 0);
  });

  sampled(
    "gets a certificate from a public authority by default, and renews it when that is due (003-163)",
    async () => {
      const gateway = "notes-host-app1-gateway";
      const domain = released.domain("staging");
      const authority = await PublicAuthority.start(host, gateway, [domain]);
      try {
        configure({ certificates: undefined });
        await released.release("staging", { NODE_EXTRA_CA_CERTS: authority.rootFile });
        const first = await serialNumber(host.address, domain, authority.root);
        const { headers } = await released.ask("staging", "/");
        assert.equal(headers["strict-transport-security"], "max-age=31536000");

        // Caddy looks for what is due when it starts, and every ten minutes; servers of this kind give five minutes at least.
        const folder = `/data/caddy/certificates/acme-v02.api.letsencrypt.org-directory/${domain}`;
        const kept = await host.exec("docker", "exec", gateway, "cat", `${folder}/${domain}.crt`);
        await host.write("/root/due.crt", nearItsEnd(kept));
        await host.docker("cp", "/root/due.crt", `${gateway}:${folder}/${domain}.crt`);
        await host.docker("restart", gateway);
        await until("another certificate", 30, async () => {
          const now = await serialNumber(host.address, domain, authority.root);
          return now !== first || undefined;
        });
      } finally {
        await authority.remove();
      }
    },
  );

  sampled(
    "takes over from a version whose copies were in its own network, without a lost request, and joins all networks again when it is made again",
    async () => {
      const gateway = "notes-host-app1-gateway";
      const idOf = async (name: string): Promise<string | undefined> =>
        (await host.docker("inspect", "--format", "{{.Id}}", name))[0];
      const networksOf = async (name: string): Promise<string[]> => {
        const format = "{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}";
        return (await host.docker("inspect", "--format", format, name)).sort();
      };
      const copies = (): Promise<string[]> =>
        host.docker("ps", "--filter", "name=notes-staging-(api|web)-", "--format", "{{.Names}}");
      configure({});
      await released.release("staging");
      const before = await Promise.all([gateway, "notes-staging-postgres"].map(idOf));
      const old = await copies();
      const exported = await released.run(["pulumi", "stack", "export", "--stack", "staging"]);
      released.project.source.write("earlier.json", beforeJoining(exported.stdout));
      const imported = ["pulumi", "stack", "import", "--stack", "staging", "--file", "earlier.json"];
      assert.equal((await released.run(imported)).code, 0);
      for (const copy of old) await host.docker("network", "connect", "notes-host-app1", copy);
      await host.docker("network", "disconnect", "notes-staging", gateway);

      const load = new Load(`https://${released.domain("staging")}`, host.address);
      try {
        await load.reached(20);
        await released.release("staging");
        await load.reached(20);
        assertServed(await load.cut());
      } finally {
        await load.stop();
      }
      assert.deepEqual(await Promise.all([gateway, "notes-staging-postgres"].map(idOf)), before);
      const now = await copies();
      assert.equal(now.length, old.length);
      for (const copy of now) {
        assert.ok(!old.includes(copy));
        assert.deepEqual(await networksOf(copy), ["notes-staging"]);
      }

      await host.docker("rm", "--force", gateway);
      const again = ["pulumi", "up", "--refresh", "--yes", "--skip-preview", "--stack", hostStack];
      const { code, stdout, stderr } = await released.run(again);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.deepEqual(await networksOf(gateway), ["notes-host-app1", "notes-production", "notes-staging"]);
      assert.equal((await released.ask("staging", "/")).status, 200);
      await host.docker("restart", gateway);
      await until("the gateway", 30, async () => {
        const answer = await released.ask("production", "/api/health").catch(() => undefined);
        return answer?.status === 200 || undefined;
      });
    },
  );

  sampled(
    "loses the site of a first release that is killed once users have it, and then destroyed",
    async () => {
      const sites = (): Promise<string[]> =>
        host.docker("exec", "notes-host-app1-gateway", "ls", "/etc/caddy/sites");
      const destroy = (): Promise<Ended> =>
        released.run(["pulumi", "destroy", "--yes", "--skip-preview", "--stack", "staging"]);
      const destroyWhole = async (): Promise<Ended> => {
        // It clears what a killed run left, and refuses to remove users' data.
        const refused = await destroy();
        assert.match(refused.stdout + refused.stderr, /cannot be deleted/);
        await released.run(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", "staging"]);
        return destroy();
      };
      configure({ watchSeconds: 120 });
      assert.equal((await destroyWhole()).code, 0);
      // Data stays: another first release would not have its password.
      await host.script(
        "docker volume rm $(docker volume ls --quiet --filter label=towpath.namespace=notes-staging)",
      );
      const others = await sites();
      assert.ok(others.includes("notes-production.caddy"));
      const up = released.project.launch(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack", "staging"],
        keyVariables(),
      );
      await until("the switch", 120, async () => {
        const answer = await released.ask("staging", "/").catch(() => undefined);
        return answer?.status === 200 || undefined;
      });
      await killTree(up.pid);
      await up.ended;
      assert.notDeepEqual(await sites(), others);

      const ended = await destroyWhole();

      assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
      assert.match(
        ended.stderr,
        /^route: removed the site of notes-staging from notes-host-app1-gateway, left there by a release that did not end$/m,
      );
      assert.deepEqual(await sites(), others);
      assert.equal((await released.ask("production", "/")).status, 200);
    },
  );
});

/** A part of a state, as far as it is changed here. */
interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: { networksAdvanced?: object[] };
  readonly outputs?: { networksAdvanced?: object[]; __pulumi_raw_state_delta?: unknown };
}

/** The state of staging as a version left it whose copies joined the gateway's network, and not the gateway theirs. */
function beforeJoining(exported: string): string {
  const state = JSON.parse(exported) as { deployment: { resources: StateResource[] } };
  const isOfGateway = (urn: unknown): boolean => String(urn).includes("JoinedGateway");
  state.deployment.resources = state.deployment.resources.filter(({ urn }) => !isOfGateway(urn));
  for (const { urn, type, inputs, outputs } of state.deployment.resources) {
    if (type !== "docker:index/container:Container" || !/notes-staging-(api|web)$/.test(urn)) continue;
    for (const part of [inputs, outputs]) part?.networksAdvanced?.push({ name: "notes-host-app1" });
    // It describes the outputs as the plugin left them.
    delete outputs?.__pulumi_raw_state_delta;
  }
  return JSON.stringify(state, (_, value: unknown) =>
    Array.isArray(value) ? value.filter((one) => !isOfGateway(one)) : value,
  );
}

/** A kept certificate with hours left of years: nothing but its begin is another one, and who keeps it reads no more than the dates. */
function nearItsEnd(chain: string): string {
  return chain.replace(/(?<=^-----BEGIN CERTIFICATE-----\n)[^-]+/, (leaf) => {
    const text = Buffer.from(leaf, "base64").toString("latin1");
    // The first time in a certificate is that of its begin.
    const earlier = text.replace(/\d{12}Z/, "200101000000Z");
    return `${Buffer.from(earlier, "latin1").toString("base64")}\n`;
  });
}
