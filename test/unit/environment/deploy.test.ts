/**
 * The environment that a program becomes, and the checks before the first resource.
 *
 * The host is played: its engine answers on a socket, and `ssh` runs its scripts here. Real hosts are in test/e2e/hosts.
 */
import {
  byName,
  deployed,
  isSecret,
  outcome,
  valueOf,
  type Outcome,
  type Run,
} from "../components/engine.ts";
import type * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import type { SeedInput } from "../../../components/contract/seed.ts";
import { routeId } from "../../../components/gateway/served-site.ts";
import { deploy } from "../../../components/environment/deploy.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { LocalVault } from "../../support/vault/local-vault.ts";
import { merged } from "../assert-refused.ts";
import { PlayedGithub, repositoryOn } from "../github/played-github.ts";
import { PlayedRegistry } from "../image/played-registry.ts";
import { recordFor } from "../plan/records.ts";
import { hostKey } from "../settings/good.ts";
import { hidden, type Hidden } from "../components/hidden.ts";

const page: ApplicationDescription = {
  name: "page",
  images: { web: { context: "web" } },
  services: { web: { image: "web", port: 8080, routes: ["/*"], health: { path: "/" } } },
};
const commit = "0123456789abcdef0123456789abcdef01234567";
const app1 = { address: "10.0.0.1", user: "deploy", hostKey };

type Outputs = Readonly<Record<string, unknown>>;

describe("a deployment", function () {
  this.timeout(30_000);
  const before = { folder: process.cwd(), path: process.env.PATH ?? "" };
  let folder: string;
  let registry: PlayedRegistry;
  let engines: Server[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "towpath-deploy-"));
    registry = await PlayedRegistry.start();
    engines = [];
    writeFileSync(join(folder, "ssh"), "#!/bin/sh\nexec sh -s -- /tmp\n");
    chmodSync(join(folder, "ssh"), 0o755);
    process.env.PATH = `${folder}${delimiter}${before.path}`;
    mkdirSync(join(folder, "setup"));
    writeFileSync(join(folder, "setup/bootstrap.mjs"), "");
    process.chdir(folder);
  });
  afterEach(async () => {
    process.chdir(before.folder);
    process.env.PATH = before.path;
    for (const engine of engines) engine.close();
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  /** An engine that answers where the connection to a host of a stack ends. */
  async function engineOf(namespace: string, host: string, api = "1.49"): Promise<void> {
    mkdirSync(`.towpath/ssh/${namespace}`, { recursive: true });
    const answers: Record<string, unknown> = {
      "/version": { Version: "28.1.1", ApiVersion: api },
      "/info": { DockerRootDir: "/tmp" },
    };
    const engine = createServer(({ url = "" }, answer) => answer.end(JSON.stringify(answers[url] ?? "OK")));
    engines.push(engine);
    await new Promise<void>((resolve) => engine.listen(`.towpath/ssh/${namespace}/${host}.sock`, resolve));
  }

  function run(
    stack: string,
    settings: Readonly<Record<string, unknown>>,
    { application = page, ...more }: Run & { application?: ApplicationDescription } = {},
  ): Promise<Outcome<Outputs>> {
    const configuration = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        `towpath:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    return outcome(() => deploy(application, loadSettings(page.name)), { stack, configuration, ...more });
  }

  function released(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      domain: "page.example.com",
      hosts: { app1 },
      registry: { address: registry.address, repository: "team/page" },
      limits: { memory: "6MiB", cpus: 1, pids: 64 },
      ...more,
    };
  }

  /** Plays the outputs of other stacks. */
  function stacks(outputs: Readonly<Record<string, unknown>>): Run {
    return {
      functions: {
        "pulumi:pulumi:readStackOutputs": ({ name }) => {
          const found = outputs[String(name).split("/").at(-1) ?? ""];
          // As the engine says it, over gRPC.
          const details = `unknown stack "${String(name)}"`;
          if (found === undefined) throw Object.assign(new Error(details), { details });
          return { outputs: found };
        },
      },
    };
  }

  async function refusal(ended: Promise<Outcome<Outputs>>): Promise<string> {
    const { thrown, registrations } = await ended;
    assert.deepEqual(
      registrations.map(({ name }) => name),
      [],
    );
    assert.ok(thrown instanceof Error);
    return thrown.message;
  }

  it("is the local environment in the stack local", async () => {
    const { result } = await deployed(
      () => {
        const loaded = loadSettings(page.name);
        return deploy(page, { ...loaded, settings: { ...loaded.settings, namespace: "page-local" } });
      },
      { stack: "local", ...stacks({}) },
    );
    const outputs = ["namespace", "port", "release", "route", "services", "url"];
    assert.deepEqual(Object.keys(result).sort(), outputs);
  });

  it("is the checks in the stack ci", async () => {
    const { result } = await run("ci", { namespace: "page-ci" });
    assert.equal(result?.namespace, "page-ci");
  });

  it("is a release on a host in the stack staging", async () => {
    await engineOf("page-staging", "app1");
    const digest = registry.publish("team/page/web", [commit], { "org.opencontainers.image.version": "1.2" });
    const { result = {}, registrations, thrown } = await run("staging", released({ commit }), stacks({}));
    assert.equal(thrown, undefined);
    assert.equal(result.url, "https://page.example.com");
    const release = await valueOf(result.release as pulumi.Output<{ images: object; version: string }>);
    assert.deepEqual([release.images, release.version], [{ web: digest }, "1.2"]);
    assert.ok(byName(registrations)["page-staging-release-route-switch"]);
  });

  it("is a preview of a commit in a stack pr-<number>, behind the gateway of its host, with data that goes with it", async () => {
    await engineOf("page-pr-12", "preview");
    registry.publish("team/page/web", [commit], {});
    const gateway = { containerName: "page-host-previews-gateway", containerId: "1", networkName: "shared" };
    const settings = {
      previewDomain: "preview.example.com",
      gateway: "host-previews",
      host: app1,
      registry: { address: registry.address, repository: "team/page" },
      commit,
      data: { kind: "seed", service: "web", command: ["fill"] },
      password: { source: "generated" },
      addressSecret: { source: "configuration", name: "ADDRESS_SECRET" },
      secretValues: { ADDRESS_SECRET: "0123456789abcdef" },
    };
    const application: ApplicationDescription = { ...page, redis: { version: 7 } };
    const before = stacks({ "host-previews": { gateway } });
    const receipts = { "hash-password": '{"hash":"$2a$10$hash"}' };
    const asked = { ...before, receipts, application };
    const { result = {}, registrations, thrown } = await run("pr-12", settings, asked);
    assert.equal(thrown, undefined);
    assert.match(String(result.url), /^https:\/\/pr-12-[a-z2-7]{10}\.preview\.example\.com$/);
    const made = byName(registrations);
    assert.ok(made["page-pr-12-release-route-switch"]);
    const seed = made["page-pr-12-release-seed-run"] ?? assert.fail("no seed");
    // Whatever changes later: it ran, and its receipt stays.
    assert.deepEqual([seed.inputs.triggers, seed.inputs.addPreviousOutputInEnv], [[], true]);
    const { command, network } = (seed.inputs.stdin as Hidden).value as SeedInput;
    assert.deepEqual({ command, network }, { command: ["fill"], network: "page-pr-12" });
    assert.equal(made["page-pr-12-gateway-container"], undefined);
    assert.equal(await isSecret(result.password as pulumi.Output<string>), true);
    const password = await valueOf(result.password as pulumi.Output<string>);
    assert.match(password, /^.{20}$/);
    const { text } = (made["page-pr-12-release-route-switch"].inputs.stdin as Hidden).value as {
      text: string;
    };
    assert.match(text, /basic_auth @stranger bcrypt "page-pr-12" \{\n\t*preview \$2a\$10\$hash\n/);
    assert.ok(!text.includes(password));
    assert.equal(await isSecret(result.route as pulumi.Output<unknown>), false);
    const data = registrations.filter(({ type }) => type === "docker:index/volume:Volume");
    assert.deepEqual(
      data.map(({ name, options }) => [name, options.protect]),
      [["page-pr-12-redis-volume", false]],
    );
  });

  describe("compares what the gateway serves with what the last complete run left", () => {
    const served = { text: "page.example.com {\n}\n", release: "0123456789ab" };
    const left = { serves: routeId(served), since: "2026-01-02T03:04:05.000Z" };

    /** The time that the route is switched for, when the gateway answers that. */
    async function since(answer: string, stack: "local" | "staging"): Promise<unknown> {
      writeFileSync(join(folder, "answer"), answer);
      writeFileSync(join(folder, "docker"), `#!/bin/sh\nexec cat ${join(folder, "answer")}\n`);
      chmodSync(join(folder, "docker"), 0o755);
      const settings = stack === "local" ? { namespace: "page-local", port: 8080 } : released({ commit });
      const { registrations, result, thrown } = await run(
        stack,
        settings,
        stacks({ [stack]: { route: left } }),
      );
      assert.equal(thrown, undefined);
      const input = byName(registrations)[`page-${stack}-release-route-switch`]?.inputs.stdin as Hidden;
      const { since: told } = input.value as { since: string };
      const output = await valueOf(result?.route as pulumi.Output<{ since: string; serves: string }>);
      assert.equal(output.since, told);
      assert.match(output.serves, /^[0-9a-f]{12}$/);
      return told;
    }
    const answer = `${served.text}\0${served.release}\n\0loaded\0page-web-1`;

    for (const stack of ["local", "staging"] as const) {
      it(`and switches again in ${stack} when it is another route, one that is not loaded, or none`, async () => {
        if (stack === "staging") {
          await engineOf("page-staging", "app1");
          registry.publish("team/page/web", [commit], {});
        }
        assert.equal(await since(answer, stack), left.since);
        for (const other of ["", answer.replace("0123", "ffff"), answer.replace("loaded", "")]) {
          assert.notEqual(await since(other, stack), left.since);
        }
      });
    }
  });

  it("takes secrets from Vault, also in plain variables, and first checks that they are there (002-462)", async () => {
    await engineOf("page-staging", "app1");
    registry.publish("team/page/web", [commit], {});
    const vault = await LocalVault.start();
    const played = await PlayedGithub.start();
    process.env.TEST_VAULT_TOKEN = vault.token;
    try {
      const login = { method: "token", token: { source: "environment", variable: "TEST_VAULT_TOKEN" } };
      const settings = released({
        commit,
        vault: { address: vault.address, login },
        secrets: { KEY: { source: "vault", path: "secret/page" } },
        secretValues: { KEY: "not this one" },
        variables: { LOG_LEVEL: "debug", web: { MAIL_URL: "smtp://page:${secret.KEY}@mail.example.com" } },
      });
      const application = merged(page, { services: { web: { secrets: ["KEY"] } } }) as ApplicationDescription;
      const more = { ...stacks({}), application };
      assert.equal(
        await refusal(run("staging", settings, more)),
        'towpath:secrets.KEY.path: nothing is at secret/page, got 404 "Not Found"; write the value there, or correct the path, whose first part is the store',
      );

      vault.write("secret/page", { KEY: "the value" });
      const { registrations, thrown } = await run("staging", settings, more);
      assert.equal(thrown, undefined);
      const [upload] = byName(registrations)["page-staging-web"]?.inputs.uploads as { content: unknown }[];
      assert.deepEqual(upload?.content, hidden("the value"));
      const variables = byName(registrations)["page-staging-web"]?.inputs.envs as unknown[];
      assert.ok(variables.includes("LOG_LEVEL=debug"));
      assert.deepEqual(
        variables.filter((one) => typeof one !== "string"),
        [hidden("MAIL_URL=smtp://page:the value@mail.example.com")],
      );

      vault.write("secret/page", { KEY: "x".repeat(49_153) });
      const github = { repository: "octocat/notes", token: login.token };
      assert.match(
        await refusal(run("staging", { ...settings, github }, more)),
        /^towpath:secrets.KEY: GitHub takes secrets of 49152 bytes at most, got 49153 for KEY; /,
      );
    } finally {
      await played.stop();
      delete process.env.TEST_VAULT_TOKEN;
      await vault.stop();
    }
  });

  it("makes GitHub's environment after the release, with all that its workflows need", async () => {
    const github = await PlayedGithub.start();
    Object.assign(process.env, { GITHUB_TOKEN: "a token", PULUMI_CONFIG_PASSPHRASE: "opens the state" });
    try {
      github.answers = repositoryOn("enterprise");
      await engineOf("page-staging", "app1");
      registry.publish("team/page/web", [commit], {});
      const application = merged(page, { services: { web: { secrets: ["KEY"] } } }) as ApplicationDescription;
      const settings = released({
        commit,
        secretValues: { KEY: "the value" },
        github: { repository: "octocat/notes", reviewers: { users: ["octocat"] } },
      });
      const ended = await run("staging", settings, { ...stacks({}), application });

      assert.equal(ended.thrown, undefined);
      const resources = byName(ended.registrations);
      const environment = resources["page-staging-github-environment"];
      assert.deepEqual(environment?.inputs.reviewers, [{ users: [5], teams: [] }]);
      assert.ok(environment.dependencies.some((urn) => urn.endsWith("::page-staging-release-route-switch")));
      assert.deepEqual(resources["page-staging-github-secret-KEY"]?.inputs.value, hidden("the value"));
      assert.deepEqual(
        resources["page-staging-github-secret-PULUMI_CONFIG_PASSPHRASE"]?.inputs.value,
        hidden("opens the state"),
      );
      const provider = resources["page-staging-github"]?.inputs ?? {};
      assert.deepEqual([provider.owner, provider.token], ["octocat", hidden("a token")]);
      const written = "2026-01-02T03:04:05Z";
      assert.deepEqual(await valueOf(ended.result?.github as pulumi.Output<object>), {
        protection: {
          reviewers: { users: ["octocat"], teams: [] },
          ...{ waitMinutes: 0, branches: ["main"], tags: [], variables: {} },
        },
        secrets: { KEY: written, PULUMI_CONFIG_PASSPHRASE: written },
      });
    } finally {
      for (const name of ["GITHUB_TOKEN", "PULUMI_CONFIG_PASSPHRASE"])
        Reflect.deleteProperty(process.env, name);
      await github.stop();
    }
  });

  it("is refused before anything is made when staging has proved nothing yet", async () => {
    await engineOf("page-production", "app1");
    const production = { promoteFrom: "staging", backup: { schedule: "0 2 * * *", retention: "30d" } };
    assert.match(
      await refusal(run("production", released(production), stacks({}))),
      /^towpath:promoteFrom: /,
    );
  });

  it("is refused before anything is made when nobody has approved what staging proved", async () => {
    await engineOf("page-production", "app1");
    const images = { web: registry.publish("team/page/web", [commit], {}) };
    const release = recordFor(images, { services: { web: { image: "web" } } });
    const production = {
      promoteFrom: "staging",
      backup: { schedule: "0 2 * * *", retention: "30d" },
      approval: { required: 1, signers: { alice: hostKey } },
    };
    assert.equal(
      await refusal(run("production", released(production), stacks({ staging: { releases: [release] } }))),
      `towpath:approval: expected 1 approval of release ${release.id}, got none; a signer approves it with npx towpath approve --stack production`,
    );
  });

  it("is refused before anything is made when the host's Docker is too old", async () => {
    await engineOf("page-staging", "app1", "1.40");
    assert.equal(
      await refusal(run("staging", released({ commit }), stacks({}))),
      "towpath:hosts.app1: Docker 20.10 or newer is needed, got 28.1.1 (API 1.40); upgrade it, see https://docs.docker.com/engine/install/",
    );
  });

  it("is refused with more than one host before any of them is asked", async () => {
    assert.equal(
      await refusal(run("staging", released({ hosts: { app1, app2: app1 } }))),
      "towpath:hosts: one host for each environment so far, got app1, app2; keep one of them",
    );
  });

  it("is the gateway of a shared host in the stack host-<name>, which its environments find", async () => {
    await engineOf("page-host-app1", "host");
    const shared = await run("host-app1", { host: app1 });
    const gateway = await valueOf(shared.result?.gateway as pulumi.Output<object>);
    assert.deepEqual(Object.keys(gateway).sort(), ["containerId", "containerName", "networkName"]);

    await engineOf("page-staging", "app1");
    registry.publish("team/page/web", [commit], {});
    const settings = released({ commit, gateway: "host-app1" });
    const { registrations } = await run("staging", settings, stacks({ "host-app1": { gateway } }));
    assert.equal(byName(registrations)["page-staging-gateway-container"], undefined);
    assert.equal(
      await refusal(run("staging", settings, stacks({}))),
      'towpath:gateway: expected a stack that has brought a gateway up, got "host-app1"; bring it up with npm run pulumi -- up --stack host-app1',
    );
  });

  it("names the key that a shared host lacks", async () => {
    const key = { source: "environment", variable: "NO_SUCH_KEY" };
    assert.equal(
      await refusal(run("host-app1", { host: { ...app1, key } })),
      "towpath:host.key: no value for it in the environment variable NO_SUCH_KEY; set the variable for this run",
    );
  });
});
