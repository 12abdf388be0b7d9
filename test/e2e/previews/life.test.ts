import assert from "node:assert/strict";
import type { ListedPreview } from "../../../cli/preview/list.ts";
import { commandsOf } from "../../support/docs.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { ask } from "../../support/hosts/ask.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { serialNumber } from "../../support/hosts/serial-number.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";

const domain = "preview.example.test";

describe("previews of pull requests", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let github: LocalGithub;
  let shared: Readonly<Record<string, unknown>>;

  before(async () => {
    host = await takeHost();
    github = await LocalGithub.start();
    released = await ReleasedProject.create({ staging: host });
    const { imageMirror } = released.registry;
    shared = { host: host.settings(), imageMirror, wildcard: { certificates: "internal", domain } };
    released.write("host-previews", shared);
    await run(...commandsOf("previews.md").filter((command) => /pulumi.*host-previews/.test(command)));
  });
  after(async () => {
    await released.remove();
    await handBack(host);
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function onGithub(): NodeJS.ProcessEnv {
    return { GITHUB_BASE_URL: github.url, GITHUB_TOKEN: "a-token" };
  }

  /** Writes what all previews have in common, with more settings. */
  function share(settings: Readonly<Record<string, unknown>>): void {
    const { imageMirror, address } = released.registry;
    released.write("preview", {
      ...{ previewDomain: domain, certificates: "internal", gateway: "host-previews", watchSeconds: 1 },
      ...{ host: host.settings(), imageMirror },
      registry: { address, repository: released.repository },
      ...settings,
    });
  }

  /** Runs commands as people type them after `npm run` or `npx towpath`. */
  async function run(...commands: readonly string[]): Promise<void> {
    for (const command of commands) await runWith({}, command);
  }

  async function runWith(environment: NodeJS.ProcessEnv, command: string): Promise<string> {
    const args = command.split(" ").filter((arg) => !["npm", "npx", "run", "towpath", "--"].includes(arg));
    const { code, stdout, stderr } = await released.run(args, { ...onGithub(), ...environment });
    assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async function statusOf(pullRequest: number): Promise<number> {
    return (await ask(host.address, `pr-${pullRequest}.${domain}`, "/api/health")).status;
  }

  /** All that the host has of a preview: containers, volumes and networks. */
  async function leftOf(pullRequest: number | string): Promise<readonly string[]> {
    const own = ["--filter", `label=towpath.namespace=notes-pr-${pullRequest}`, "--quiet"];
    const found = [
      await host.docker("ps", "--all", ...own),
      await host.docker("volume", "ls", ...own),
      await host.docker("network", "ls", ...own),
    ];
    return found.flat();
  }

  /** The names of a preview's containers that are reached over the network, with a port, and their addresses. */
  async function targetsOf(pullRequest: number): Promise<readonly string[]> {
    const filter = `label=towpath.namespace=notes-pr-${pullRequest}`;
    const names = await host.docker("ps", "--filter", filter, "--format", "{{.Names}}");
    const addresses = "{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}";
    const ports = { postgres: 5432, redis: 6379, api: 8000, web: 8080, "object-storage": 7070 };
    const found = names.map(async (name) => {
      const port = Object.entries(ports).find(([part]) => name.includes(`-${part}`))?.[1];
      const its = [name, ...(await host.docker("inspect", "--format", addresses, name))];
      return port === undefined ? [] : its.map((one) => `${one}:${port}`);
    });
    return (await Promise.all(found)).flat();
  }

  /** Returns those of the targets that a preview's own code reaches: connects from inside its api. */
  async function reachedFrom(pullRequest: number, targets: readonly string[]): Promise<readonly string[]> {
    const [api = ""] = await host.docker(
      "ps",
      "--filter",
      `name=notes-pr-${pullRequest}-api-`,
      "--format",
      "{{.Names}}",
    );
    const script = [
      "import socket, sys",
      "for target in sys.argv[1:]:",
      "    try:",
      "        socket.create_connection(target.rsplit(':', 1), 1).close()",
      "        print(target)",
      "    except OSError:",
      "        pass",
    ].join("\n");
    return host.docker("exec", api, "python3", "-c", script, ...targets);
  }

  /** Makes sure that a preview asks for this password, and keeps those whom it let in and their applications' own headers. */
  async function onlyWithPassword(pullRequest: number, password: string): Promise<void> {
    const name = `pr-${pullRequest}.${domain}`;
    const as = (user: string): { authorization: string } => ({
      authorization: `Basic ${Buffer.from(user).toString("base64")}`,
    });
    for (const wrong of [{}, as("preview:wrong"), { cookie: "towpath-access=" }]) {
      const { status, headers } = await ask(host.address, name, "/api/health", wrong);
      assert.deepEqual([status, headers["x-robots-tag"]], [401, "noindex, nofollow"]);
      assert.equal(headers["set-cookie"], undefined);
    }
    const { status, headers } = await ask(host.address, name, "/api/health", as(`preview:${password}`));
    assert.equal(status, 200);
    const [cookie = ""] = headers["set-cookie"]?.[0]?.split(";") ?? [];
    assert.equal((await ask(host.address, name, "/", { cookie, authorization: "Bearer x" })).status, 200);
  }

  /** Gives the host's stack a certificate in the place of its own one, which all previews then have, without a restart. */
  async function takesAnotherCertificate(before: string): Promise<void> {
    const gateway = ["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", "notes-host-previews-gateway"];
    const started = await host.docker(...gateway);
    const files = { certificate: "/tmp/wildcard.pem", key: "/tmp/wildcard.key" };
    await host.script(
      `openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=previews -addext subjectAltName=DNS:*.${domain} -out ${files.certificate} -keyout ${files.key} 2>&1`,
    );
    const source = (variable: string): object => ({ source: "environment", variable });
    released.write("host-previews", {
      ...shared,
      wildcard: {
        ...{ certificates: "given", domain },
        ...{ certificate: source("TEST_CERTIFICATE"), key: source("TEST_KEY") },
      },
    });
    const { code, stdout, stderr } = await released.run(
      ["pulumi", "up", "--stack", "host-previews", "--yes", "--skip-preview"],
      {
        TEST_CERTIFICATE: await host.exec("cat", files.certificate),
        TEST_KEY: await host.exec("cat", files.key),
      },
    );
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const serials = [12, 13].map((number) => serialNumber(host.address, `pr-${number}.${domain}`));
    const [serial, ...others] = new Set(await Promise.all(serials));
    assert.deepEqual(others, []);
    assert.notEqual(serial, before);
    assert.deepEqual(await host.docker(...gateway), started);
    assert.deepEqual([await statusOf(12), await statusOf(13)], [200, 200]);
    released.write("host-previews", shared);
    await run("pulumi up --stack host-previews --yes --skip-preview");
  }

  it("run beside each other with data of their own, do not reach each other, and leave nothing when they are removed (002-183, 002-714)", async () => {
    const commit = await released.publish();
    share({ commit });
    const typed = commandsOf("previews.md").filter((command) => /pulumi.*pr-12/.test(command));
    const commands = typed.filter((command) => !command.includes("password"));
    const removing = commands.findIndex((command) => command.includes("destroy"));
    assert.ok(removing > 0);
    await run(...commands.slice(0, removing));
    await run("pulumi stack init --stack pr-13", "pulumi up --stack pr-13 --yes --skip-preview");
    assert.deepEqual([await statusOf(12), await statusOf(13)], [200, 200]);
    const networks = await host.docker("network", "ls", "--format", "{{.Name}}");
    assert.ok(networks.includes("notes-pr-12") && networks.includes("notes-pr-13"));
    assert.notEqual((await leftOf(12)).length, 0);
    const serials = [12, 13].map((number) => serialNumber(host.address, `pr-${number}.${domain}`));
    const [serial] = new Set(await Promise.all(serials));
    assert.equal(await serialNumber(host.address, `pr-99.${domain}`), serial);
    const issued = ["find", "/data/caddy/certificates", "-name", "*.crt"];
    assert.deepEqual(await host.docker("exec", "notes-host-previews-gateway", ...issued), [
      `/data/caddy/certificates/local/wildcard_.${domain}/wildcard_.${domain}.crt`,
    ]);
    await takesAnotherCertificate(serial ?? "");
    const own = await targetsOf(12);
    assert.ok(own.includes("notes-pr-12-postgres:5432") && own.length >= 8, own.join(" "));
    assert.deepEqual(await reachedFrom(12, own), own);
    assert.deepEqual(await reachedFrom(12, await targetsOf(13)), []);

    await run(...commands.slice(removing));

    assert.deepEqual(await leftOf(12), []);
    assert.equal(await statusOf(13), 200);
    const sites = await host.docker("exec", "notes-host-previews-gateway", "ls", "/etc/caddy/sites");
    assert.deepEqual(
      sites.filter((site) => site.includes("pr-12")),
      [],
    );

    const stranger = await ask(host.address, `pr-13.${domain}`, "/");
    assert.deepEqual([stranger.status, stranger.headers["x-robots-tag"]], [200, "noindex, nofollow"]);
    share({ commit, password: { source: "generated" } });
    await run("pulumi up --stack pr-13 --yes --skip-preview");
    const showing = typed.find((command) => command.includes("password"))?.replace("pr-12", "pr-13");
    await onlyWithPassword(13, (await runWith({}, showing ?? "")).trim());
    await run("pulumi destroy --stack pr-13 --yes --skip-preview");
    assert.deepEqual(await leftOf(13), []);
  });

  describe("of a repository on GitHub", () => {
    before(() => {
      share({ github: { repository: "octo-org/notes" } });
    });

    async function previews(): Promise<readonly ListedPreview[]> {
      return JSON.parse(await runWith({}, "preview list --json")) as ListedPreview[];
    }

    it("are brought up and taken down by hand, with a variant of the pull request (002-133, 002-134)", async () => {
      const pull = github.store.openPullRequest({ number: 21, sha: await released.publish() });
      const url = `https://pr-21.${domain}`;
      const typed = commandsOf("pull-requests.md").filter((command) => command.includes(" preview "));
      assert.equal(typed.length, 4);
      await run(...typed.filter((command) => !command.includes("down")));
      assert.equal(await statusOf(21), 200);
      assert.equal((await ask(host.address, `pr-21-admin.${domain}`, "/api/health")).status, 200);
      const names = await host.docker("ps", "--format", "{{.Names}}");
      for (const part of ["postgres", "redis", "object-storage"])
        assert.ok(names.includes(`notes-pr-21-${part}`), part);
      const listed = (await previews()).find(({ stack }) => stack === "pr-21");
      assert.deepEqual(
        { ...listed, changed: undefined },
        {
          ...{ stack: "pr-21", commit: pull.sha, address: url, pullRequest: "open", changed: undefined },
        },
      );

      await run(...typed.filter((command) => command.includes("down")));
      assert.deepEqual(await leftOf("21-admin"), []);
      assert.deepEqual(await leftOf(21), []);
      assert.deepEqual(github.store.deployments.size, 0);
      assert.equal(github.store.environment("pr-21"), undefined);
      assert.ok(!(await previews()).some(({ stack }) => stack === "pr-21"));
    });
  });
});
