/** The command line with stacks whose hosts are elsewhere; that hosts are reached is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { hostCheckInWords, isReady, type HostCheck } from "../../../../cli/commands/host.ts";
import { pulumi } from "../../../../cli/commands/pulumi.ts";
import { callFor } from "../../../../cli/stack/call.ts";
import { hostsOfStack } from "../../../../cli/stack/hosts.ts";
import { run } from "../../../../cli/process/run.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("a stack with hosts", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    process.chdir(machine.root);
  });
  afterEach(() => {
    process.chdir(folder);
    machine.remove();
  });

  function configure(key: object): void {
    const app1 = { address: "10.0.0.1", user: "deploy", hostKey: good.hostKey, key };
    const { domain, limits } = good.staging;
    const registry = { address: "ghcr.io", repository: "octocat/notes" };
    const settings = { domain, limits, registry, hosts: { app1 } };
    const config = Object.entries(settings).map(([name, value]) => [`towpath:${name}`, value]);
    machine.write("Pulumi.staging.yaml", stringify({ config: Object.fromEntries(config) as object }));
  }

  const call = () => callFor("up", "staging", recordedProgress(), machine.project);

  it("needs clients, but neither an engine nor images here", async () => {
    machine.docker("version", "Cannot connect to the Docker daemon", 1);
    process.env.DOCKER_CONTEXT = "elsewhere";
    const { environment } = await call();
    assert.equal(environment.DOCKER_CONTEXT, undefined);
    assert.deepEqual(machine.calls, []);
    process.env.PATH = join(machine.root, "bin");
    await assert.rejects(call(), {
      message:
        "ssh: the ssh client is needed to reach hosts, got no program of that name on PATH; install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
    });
    process.env.PATH = machine.root;
    await assert.rejects(call(), {
      message: [
        "ssh: the ssh client is needed to reach hosts, got no program of that name on PATH; install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
        "docker: the docker client is needed to reach hosts, got no program of that name on PATH; install Docker's client, see https://docs.docker.com/engine/install/; no engine has to run here",
      ].join("\n"),
    });
  });

  it("has its keys written to files that nobody else can read", async () => {
    configure({ source: "environment", variable: "SSH_KEY" });
    process.env.SSH_KEY = "one";
    const { connections } = await hostsOfStack(await call(), run);
    assert.deepEqual(connections, { app1: { host: "app1", folder: ".towpath/ssh/notes-staging" } });
    const file = ".towpath/ssh/notes-staging/app1.key";
    assert.equal(readFileSync(file, "utf8"), "one\n");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(".towpath/ssh/notes-staging").mode & 0o777, 0o700);

    configure({ source: "agent" });
    await hostsOfStack(await call(), run);
    assert.equal(existsSync(file), false);
  });

  it("has keys in its configuration, which Pulumi decrypts", async () => {
    configure({ source: "configuration", name: "DEPLOY_KEY" });
    machine.pulumi("config", [{ "towpath:secretValues": { value: '{"DEPLOY_KEY":"two"}', secret: true } }]);
    await hostsOfStack(await call(), run);
    assert.equal(readFileSync(".towpath/ssh/notes-staging/app1.key", "utf8"), "two\n");

    machine.pulumi("config", [], 255, "error: passphrase must be set\n");
    await assert.rejects(hostsOfStack(await call(), run), {
      message:
        'towpath:secretValues: cannot be read, got "error: passphrase must be set"; give the passphrase that the stack was made with, in PULUMI_CONFIG_PASSPHRASE',
    });
  });

  it("names the host that was lost in the middle of a run", async () => {
    machine.pulumi("up", [], 255);
    machine.program(
      join(machine.root, "bin", "ssh"),
      "echo 'ssh: connect to host 10.0.0.1 port 22: No route to host' >&2; exit 255",
    );
    // What an open connection leaves when it is cut; of app2 none was open.
    machine.write(".towpath/ssh/notes-staging/app1.sock", "");
    machine.write(".towpath/ssh/notes-staging/config", "Host app1\nHost app2\n");
    const progress = recordedProgress();
    assert.equal(await pulumi(progress, ["up", "--stack", "staging"], machine.project), 255);
    assert.deepEqual(progress.lines.slice(-2), [
      "towpath:hosts.app1: the connection was lost in the middle of the work; what serves there goes on. See how the host is with npx towpath host check, and run the command again, which goes on where this run ended",
      'towpath:hosts.app1: cannot be reached, got "connect to host 10.0.0.1 port 22: No route to host"; check its address and port, that it runs, and that its firewall lets you in',
    ]);
  });

  it("connects to its hosts before commands that run without the program", async () => {
    configure({ source: "agent" });
    machine.program(
      join(machine.root, "bin", "ssh"),
      "echo 'ssh: connect to host 10.0.0.1 port 22: Connection refused' >&2; exit 255",
    );
    for (const command of ["destroy", "down", "refresh"]) {
      await assert.rejects(pulumi(recordedProgress(), [command, "--stack", "staging"], machine.project), {
        message:
          'towpath:hosts.app1: cannot be reached, got "connect to host 10.0.0.1 port 22: Connection refused"; check its address and port, that it runs, and that its firewall lets you in',
      });
    }
    assert.deepEqual(
      machine.calls.filter((call) => call.startsWith("pulumi")),
      [],
    );
  });

  it("is refused when its key is missing, as is a stack without hosts", async () => {
    configure({ source: "environment", variable: "SSH_KEY" });
    await assert.rejects(hostsOfStack(await call(), run), {
      message:
        "towpath:hosts.app1.key: no value for it in the environment variable SSH_KEY; set the variable for this run",
    });
    await assert.rejects(hostsOfStack({ ...(await call()), stack: "local" }, run), {
      message: '--stack: expected a stack with hosts, got "local"; take staging, production or host-<name>',
    });
  });

  it("may be a host's own stack, which several environments share", async () => {
    const app1 = { address: "10.0.0.1", user: "deploy", hostKey: good.hostKey };
    machine.write("Pulumi.host-app1.yaml", stringify({ config: { "towpath:host": app1 } }));
    const call = await callFor("config", "host-app1", recordedProgress(), machine.project);
    const { hosts, connections } = await hostsOfStack(call, run);
    assert.deepEqual(Object.keys(hosts), ["host"]);
    assert.deepEqual(connections.host, { host: "host", folder: ".towpath/ssh/notes-host-app1" });
  });
});

describe("towpath host check", () => {
  const facts = {
    dockerVersion: "28.1.1",
    dockerApi: "1.49",
    dataFolder: "/var/lib/docker",
    diskFreeBytes: 40 * 1024 ** 3,
    memoryFreeBytes: 512 * 1024 ** 2,
    clockAheadSeconds: 0,
    ...{ architecture: "amd64", emulates: [], isRootless: false, unlimited: [], firstPort: 1024 },
    hasIpv6: true,
    ...{ networks: 3, hasOwnPools: false },
  };
  const ready: HostCheck = {
    stack: "staging",
    hosts: [{ host: "app1", address: "deploy@10.0.0.1", facts, problems: [] }],
    registry: { address: "ghcr.io" },
  };

  it("shows what one has to know of a host that is ready", () => {
    const cautions = ["towpath:hosts.app1: its Docker engine is rootless"];
    const [host] = ready.hosts;
    const known = { ...ready, hosts: [{ ...host, facts: { ...facts, hasIpv6: false }, cautions }] };
    assert.equal(isReady(known as HostCheck), true);
    assert.deepEqual(
      hostCheckInWords(known as HostCheck)
        .split("\n")
        .slice(2),
      [
        "",
        "registry ghcr.io: ready",
        "towpath:hosts.app1: its Docker engine is rootless",
        "towpath:hosts.app1: has no IPv6; a gateway that is made there listens on IPv4 alone",
        "staging can be released to",
      ],
    );
  });

  it("shows what the hosts have", () => {
    assert.equal(isReady(ready), true);
    assert.deepEqual(hostCheckInWords(ready).split("\n"), [
      "host  address          docker  disk free  memory free  clock  state",
      "app1  deploy@10.0.0.1  28.1.1  40 GiB     512 MiB      +0 s   ready",
      "",
      "registry ghcr.io: ready",
      "staging can be released to",
    ]);
  });

  it("shows no registry for a host's own stack, which needs none", () => {
    const { hosts } = ready;
    assert.deepEqual(hostCheckInWords({ stack: "host-app1", hosts }).split("\n").slice(2), [
      "",
      "host-app1 can be released to",
    ]);
  });

  it("shows every problem below the table", () => {
    const found: HostCheck = {
      ...ready,
      hosts: [{ host: "app1", address: "deploy@10.0.0.1:2222", problems: ["towpath:hosts.app1: gone"] }],
      registry: { address: "ghcr.io", problem: "towpath:registry: refused" },
    };
    assert.equal(isReady(found), false);
    assert.deepEqual(hostCheckInWords(found).split("\n"), [
      "host  address               docker  disk free  memory free  clock  state",
      "app1  deploy@10.0.0.1:2222  -       -          -            -      not ready",
      "",
      "registry ghcr.io: not ready",
      "",
      "2 problems",
      "towpath:hosts.app1: gone",
      "towpath:registry: refused",
    ]);
  });
});
