/** Connections to hosts, and reports on those that cannot be reached: by `towpath host check`, as before every `up`. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { HostCheck } from "../../../cli/commands/host.ts";
import { checkHosts } from "../../../components/host/check-hosts.ts";
import { answers, closeConnections, connect, writeConnections } from "../../../components/host/connection.ts";
import { leastDemand } from "../../../components/host/preflight.ts";
import { folderOf, type HostConnection } from "../../../components/host/ssh-config.ts";
import type { HostSettings } from "../../../components/settings/host.ts";
import { handBack, keyFile, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { testRegistry } from "../../support/hosts/test-registry.ts";
import { TestProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";

describe("hosts over SSH", () => {
  let project: TestProject;
  let host: TestHost;
  let other: TestHost;
  let registryAddress: string;

  before(async () => {
    const [made, registry, ...hosts] = await Promise.all([
      TestProject.create(),
      testRegistry(),
      takeHost(),
      takeHost(),
    ]);
    project = made;
    registryAddress = registry.address;
    [host, other] = hosts;
  });
  after(async () => {
    await project.remove();
    await Promise.all([handBack(host), handBack(other)]);
  });

  /** Writes staging's settings with these hosts. */
  function configure(hosts: Readonly<Record<string, object>>, memory = "64MiB"): void {
    const settings = {
      domain: "staging.example.test",
      hosts,
      registry: { address: registryAddress, repository: "team/notes" },
      limits: { memory, cpus: 1, pids: 64 },
      secrets: { JWT_SECRET: { source: "generated", length: 32 } },
    };
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value]),
    );
    project.source.write("Pulumi.staging.yaml", stringify({ config }));
  }

  async function check(environment: NodeJS.ProcessEnv = keyVariables()): Promise<HostCheck> {
    const { stdout } = await project.run(["host", "check", "--json"], environment);
    return JSON.parse(stdout) as HostCheck;
  }

  /** All problems of a check, whose command has to end with 1. */
  async function problems(environment?: NodeJS.ProcessEnv): Promise<string[]> {
    return (await check(environment)).hosts.flatMap((report) => report.problems);
  }

  /** Calls something with what opens connections as a run of the program does, and closes them. */
  async function asRun(
    work: (
      connectionsTo: (hosts: { app1: HostSettings }) => Promise<{ app1: HostConnection }>,
    ) => Promise<void>,
  ): Promise<void> {
    const home = process.cwd();
    const folder = folderOf("notes-staging");
    const variables: Record<string, string> = keyVariables();
    process.chdir(project.folder);
    try {
      await work(async (hosts) => {
        const { app1 } = await writeConnections(folder, hosts, (source) =>
          source.source === "environment" ? variables[source.variable] : undefined,
        );
        assert.ok(app1);
        return { app1 };
      });
    } finally {
      await closeConnections(folder);
      process.chdir(home);
    }
  }

  it("are reached with a key from the environment, and report what they have", async () => {
    configure({ app1: host.settings() });
    const ended = await project.run(["host", "check"], keyVariables());
    assert.equal(ended.code, 0, ended.stdout);
    assert.match(
      ended.stdout,
      new RegExp(
        `^host +address +docker +disk free +memory free +clock +state\napp1 +deploy@${host.address} +20\\.10\\.\\S+ +[\\d.]+ GiB +[\\d.]+ GiB +[+-]\\d s +ready\n\nregistry ${registryAddress}: ready\ntowpath:hosts\\.app1: has no IPv6; a gateway that is made there listens on IPv4 alone\nstaging can be released to$`,
      ),
    );
    await until("the check's connection to be closed", 10, async () =>
      (await host.connections()) === 0 ? true : undefined,
    );
  });

  it("keep the connection of a run that is at work, whatever a check finds", async () => {
    await asRun(async (connectionsTo) => {
      const { app1 } = await connectionsTo({ app1: host.settings() });
      await connect(app1);
      assert.equal(await host.connections(), 1);
      configure({ app1: { ...host.settings(), hostKey: other.settings().hostKey } });
      assert.equal((await problems()).length, 1);
      configure({ app1: host.settings() });
      await host.stopEngine();
      assert.equal((await problems().finally(() => host.startEngine())).length, 1);
      assert.equal(await host.connections(), 1);
      assert.ok(await answers(app1));
    });
  });

  it("are reached with the SSH agent's key, with a key from the configuration, and through a jump host", async () => {
    await project.succeed(["pulumi", "stack", "init", "--stack", "staging"]);
    // Only the lab's own network knows the second host by its name.
    const jumpHost = host.settings({ key: { source: "agent" } });
    configure({
      direct: host.settings({ key: { source: "agent" } }),
      behind: {
        ...other.settings({ key: { source: "configuration", name: "KEY" } }),
        address: other.name,
        jumpHost,
      },
    });
    const set = ["pulumi", "config", "set", "--stack", "staging", "--secret", "--path"];
    const stored = project.spawn("sh", [
      "-c",
      `"$0" setup/bootstrap.mjs ${set.join(" ")} towpath:secretValues.KEY <"$1"`,
      process.execPath,
      keyFile(),
    ]);
    assert.equal((await stored.ended).code, 0);
    assert.ok(!project.source.read("Pulumi.staging.yaml").includes("PRIVATE KEY"));
    await withAgent(async (agent, add) => {
      add();
      const { hosts } = await check(agent);
      assert.deepEqual(
        hosts.map((report) => [report.host, report.problems, report.facts?.dockerVersion.slice(0, 5)]),
        [
          ["direct", [], "20.10"],
          ["behind", [], "20.10"],
        ],
      );
    });
  });

  it("are each reported with the reason why they cannot be reached, all at once", async () => {
    const silent = { ...host.settings(), port: 2222 };
    configure({
      refused: silent,
      unknown: { ...host.settings(), address: "nowhere.invalid" },
      changed: { ...host.settings(), hostKey: other.settings().hostKey },
      nobody: { ...host.settings(), user: "nobody" },
      guest: { ...host.settings(), user: "guest" },
      jumped: { ...other.settings(), jumpHost: silent },
      jumpkey: { ...other.settings(), jumpHost: { ...host.settings(), hostKey: other.settings().hostKey } },
      beyond: { ...other.settings(), port: 2222, jumpHost: host.settings() },
      behind: { ...other.settings(), hostKey: host.settings().hostKey, jumpHost: host.settings() },
    });
    const [mine, others] = await Promise.all([fingerprintOf(host), fingerprintOf(other)]);
    const reach = "check its address and port, that it runs, and that its firewall lets";
    const anew =
      "a machine that was set up anew has a new key, and so has one that listens in: ask who runs it, and only then pin the key that ssh-keyscan prints";
    const port = `connect to host ${host.address} port 2222: Connection refused`;
    assert.deepEqual(await problems(), [
      `towpath:hosts.refused: cannot be reached, got "${port}"; ${reach} you in`,
      `towpath:hosts.unknown: cannot be reached, got "Could not resolve hostname nowhere.invalid: Name or service not known"; ${reach} you in`,
      `towpath:hosts.changed.hostKey: changed does not have the pinned key, got the ED25519 key ${mine}; ${anew}`,
      `towpath:hosts.nobody.key: the host does not let nobody in, got "Permission denied (publickey,password)"; add the key's public half to ~nobody/.ssh/authorized_keys there, or correct the user or the key`,
      `towpath:hosts.guest.user: guest may not use Docker, got "permission denied" for /var/run/docker.sock; run there: sudo usermod -aG docker guest`,
      `towpath:hosts.jumped.jumpHost: cannot be reached, got "${port}"; ${reach} you in`,
      `towpath:hosts.jumpkey.jumpHost.hostKey: the jump host does not have the pinned key, got the ED25519 key ${mine}; ${anew}`,
      `towpath:hosts.beyond: cannot be reached, got "channel 0: open failed: connect failed: Connection refused"; ${reach} the jump host in`,
      `towpath:hosts.behind.hostKey: behind does not have the pinned key, got the ED25519 key ${others}; ${anew}`,
    ]);
  });

  it("are reported with the problem of the key: no agent, none in it, one that ssh cannot read", async () => {
    configure({ agent: host.settings({ key: { source: "agent" } }), broken: host.settings() });
    const broken = `towpath:hosts.broken.key: expected a private key without a passphrase, got one that ssh cannot read ("error in libcrypto"); put the whole file in, from its first line to its last, or use the SSH agent for a key with a passphrase`;
    assert.deepEqual(await problems({ TEST_HOST_KEY: "no key", SSH_AUTH_SOCK: "" }), [
      `towpath:hosts.agent.key: no SSH agent runs, got no answer at SSH_AUTH_SOCK; start one and add your key (eval "$(ssh-agent)" && ssh-add), or set where the key comes from`,
      broken,
    ]);
    await withAgent(async (agent) => {
      assert.deepEqual(await problems({ TEST_HOST_KEY: "no key", ...agent }), [
        "towpath:hosts.agent.key: the SSH agent has no keys, got none to sign in with; add yours with ssh-add, or set where the key comes from",
        broken,
      ]);
    });
  });

  it("have a changed key detected when the open connection ends", async () => {
    const anew =
      "a machine that was set up anew has a new key, and so has one that listens in: ask who runs it, and only then pin the key that ssh-keyscan prints";
    await asRun(async (connectionsTo) => {
      const found = async (app1: HostSettings): Promise<readonly string[]> =>
        (await checkHosts(await connectionsTo({ app1 }), leastDemand)).flatMap((report) => report.problems);
      const settings = other.settings();
      assert.deepEqual(await found(settings), []);
      await other.changeHostKey();
      await other.dropConnections();
      assert.deepEqual(await found(settings), [
        `towpath:hosts.app1.hostKey: app1 does not have the pinned key, got the ED25519 key ${await fingerprintOf(other)}; ${anew}`,
      ]);
      // A setting that is new closes what the old one opened.
      assert.deepEqual(await found({ ...settings, hostKey: await other.readHostKey() }), []);
    });
  });

  it("are checked for what a release would lack there", async () => {
    configure({ app1: host.settings() }, "900GiB");
    await host.write("/usr/local/bin/date", '#!/bin/sh\necho $(($(/bin/date "$@") + 90))\n');
    await host.exec("chmod", "755", "/usr/local/bin/date");
    const [memory, clock, ...rest] = await problems().finally(() => host.exec("rm", "/usr/local/bin/date"));
    assert.match(
      memory ?? "",
      /^towpath:hosts\.app1: 2700 GiB of memory have to be free for the new copies beside the old ones, got [\d.]+ GiB; lower towpath:limits\.memory or towpath:copies, or add memory$/,
    );
    assert.match(
      clock ?? "",
      /^towpath:hosts\.app1: its clock may differ from this machine's by 30 s at most, got (89|90|91) s ahead; set the one that is wrong, on most systems with timedatectl set-ntp true$/,
    );
    assert.deepEqual(rest, []);
  });

  it("are reported when their engine does not run, or their SSH server does not forward its socket", async () => {
    configure({ app1: host.settings() });
    await host.stopEngine();
    assert.deepEqual(await problems().finally(() => host.startEngine()), [
      'towpath:hosts.app1: its Docker engine does not answer, got "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"; see there: sudo systemctl status docker',
    ]);
    const setting = "/etc/ssh/sshd_config.d/closed.conf";
    await host.write(setting, "AllowStreamLocalForwarding no\n");
    await host.exec("systemctl", "reload", "ssh");
    await host.dropConnections();
    const closed = await problems().finally(() => host.script(`rm ${setting}; systemctl reload ssh`));
    assert.deepEqual(closed, [
      `towpath:hosts.app1: its SSH server does not forward /var/run/docker.sock, got a closed connection; set "AllowStreamLocalForwarding yes" in its sshd_config and reload it`,
    ]);
    await until("forwarding again", 30, async () => ((await problems()).length === 0 ? true : undefined));
  });
});

/** The fingerprint of the host key that a host shows now. */
async function fingerprintOf(host: TestHost): Promise<string> {
  const printed = await host.exec("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub");
  return /SHA256:\S+/.exec(printed)?.[0] ?? printed;
}

/** Runs an SSH agent, at first without keys. */
async function withAgent(
  work: (environment: NodeJS.ProcessEnv, addKey: () => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-agent-"));
  const environment = { SSH_AUTH_SOCK: join(folder, "agent") };
  const started = execFileSync("ssh-agent", ["-a", environment.SSH_AUTH_SOCK], { encoding: "utf8" });
  try {
    await work(environment, () => {
      execFileSync("ssh-add", ["-q", keyFile()], { env: { ...process.env, ...environment } });
    });
  } finally {
    process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]));
    rmSync(folder, { recursive: true, force: true });
  }
}
