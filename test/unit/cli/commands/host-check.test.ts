import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { checkHost } from "../../../../cli/commands/host.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const kibibytes = (gibibytes: number): number => gibibytes * 1024 ** 2;
const gibibyte = 1024 ** 3;

describe("the command host check", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let registry: PlayedRegistry;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    registry = await PlayedRegistry.start();
    host = await PlayedHost.start(machine, {
      registry: { address: registry.address, repository: "octocat/notes" },
    });
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    await registry.stop();
    machine.remove();
  });

  /** Plays the memory and the disk that a program on the host sees, in GiB. */
  function has(memory: number, disk: number): void {
    const printed = [`memory ${kibibytes(memory)}`, `disk ${kibibytes(disk)}`].join("\\n");
    machine.program(
      join(machine.root, "bin", "ssh"),
      `echo "ssh $*" >> calls
      case "$*" in
        *"-O forward -L "*) ln -s "$PWD/${host.socket}" "$(echo "$6" | cut -d : -f 1)" ;;
        *" sh "*) cat > asked; date "+clock %s"; printf '${printed}\\n' ;;
      esac`,
    );
  }
  const check = (stack = "staging") => checkHost(stack, progress, machine.project);

  it("checks the hosts and the registry, and changes nothing", async () => {
    has(8, 40);
    const found = await check();
    const { clockAheadSeconds = NaN } = found.hosts[0]?.facts ?? {};
    assert.ok(Math.abs(clockAheadSeconds) <= 1, String(clockAheadSeconds));
    const facts = {
      ...{ dockerVersion: "28.1.1", dockerApi: "1.49", dataFolder: "/var/lib/docker" },
      ...{ diskFreeBytes: 40 * gibibyte, memoryFreeBytes: 8 * gibibyte, clockAheadSeconds },
      ...{ architecture: "amd64", emulates: [], isRootless: false, unlimited: [] },
      ...{ firstPort: 1024, hasIpv6: false, networks: 0, hasOwnPools: false },
    };
    assert.deepEqual(found, {
      stack: "staging",
      hosts: [{ host: "app1", address: "deploy@10.0.0.1", facts, problems: [] }],
      registry: { address: registry.address },
    });
    assert.deepEqual(progress.lines.slice(-2), ["looking at the hosts …", "looking at the hosts done"]);
    assert.deepEqual(
      registry.asked.filter((asked) => !/^(GET|HEAD) /.test(asked)),
      [],
    );
  });

  it("has a connection of its own, even when the settings differ from those of a run that is at work", async () => {
    has(8, 40);
    const config = "Host app1\n  HostName 10.9.9.9\n";
    machine.write(".towpath/ssh/notes-staging/config", config);
    machine.write(".towpath/ssh/notes-staging/app1.control", "");
    machine.write(".towpath/ssh/check.killed/app1.key", "");
    const before = Date.now() / 1000 - 4000;
    utimesSync(join(machine.root, ".towpath/ssh/check.killed"), before, before);

    assert.deepEqual((await check()).hosts[0]?.problems, []);

    const folders = new Set(machine.calls.map((call) => /^ssh -F (\S+)\/config /.exec(call)?.[1]));
    assert.equal(folders.size, 1);
    assert.match([...folders][0] ?? "", /^\.towpath\/ssh\/check\.[^/]+$/);
    assert.equal(readFileSync(join(machine.root, ".towpath/ssh/notes-staging/config"), "utf8"), config);
    assert.deepEqual(readdirSync(join(machine.root, ".towpath/ssh")), ["notes-staging"]);
  });

  it("reports what a host lacks for the release that is described, and the registry's errors", async () => {
    has(1, 40);
    registry.troubles.push(...Array<{ status: number }>(9).fill({ status: 403 }));
    const { hosts, registry: asked } = await check();
    assert.deepEqual(hosts[0]?.problems, [
      "towpath:hosts.app1: 1.5 GiB of memory have to be free for the new copies beside the old ones, got 1 GiB; lower towpath:limits.memory or towpath:copies, or add memory",
    ]);
    // All images are asked for at once, and any of them may be refused first.
    assert.equal(
      asked?.problem?.replace(/notes\/(api|web)/, "notes/<image>"),
      `towpath:registry: ${registry.address} refuses to read octocat/notes/<image> without a login, got 403 "Forbidden"; set towpath:registry.login`,
    );
  });

  it("requires a stack with hosts", async () => {
    has(8, 40);
    await assert.rejects(check("local"), {
      name: "Problem",
      message: '--stack: expected a stack with hosts, got "local"; take staging, production or host-<name>',
    });
  });
});
