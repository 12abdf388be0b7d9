/** The clearing after a release that was killed. That hosts are really cleared is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { callFor } from "../../../../cli/stack/call.ts";
import { clearKilledRelease } from "../../../../cli/stack/killed-release.ts";
import { run } from "../../../../cli/process/run.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("clearing up after a killed release", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  const urn = "urn:pulumi:staging::towpath::docker:index/container:Container::notes-staging-api";
  const type = "docker:index/container:Container";
  const begun = { type: "creating", resource: { urn, type, inputs: { name: "notes-staging-api-1b" } } };
  const known = { urn, type, id: "1", outputs: { name: "notes-staging-api-1a" } };
  const lock = ".towpath/state/.pulumi/locks/organization/towpath/staging/lock.json";
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function withState(pending_operations: readonly object[]): void {
    machine.write(
      ".towpath/state/.pulumi/stacks/towpath/staging.json",
      JSON.stringify({ checkpoint: { latest: { resources: [known], pending_operations } } }),
    );
  }
  async function clear(): Promise<void> {
    await clearKilledRelease(await callFor("up", "staging", progress, machine.project), run, progress);
  }
  const changes = (): string[] => machine.calls.filter((call) => call !== "docker --version");

  it("does nothing when none was killed", async () => {
    await clear();
    withState([]);
    await clear();
    assert.deepEqual(changes(), []);
    assert.equal(process.cwd(), folder);
  });

  it("removes on its host what no state contains, and tells Pulumi", async () => {
    withState([begun]);
    machine.docker(
      "ps",
      [
        "1\tnotes-staging-api-1a\trunning\tUp\tapi\tr1\t",
        "2\tnotes-staging-api-1b\trunning\tUp\tapi\tr2\t",
        // A migration that still runs ends by itself: the step that begins it again waits for it.
        "3\tbold_bell\trunning\tUp\tmigration\t\t",
        "4\tsad_swan\texited\tExited (1)\tmigration\t\t",
      ].join("\n"),
    );
    machine.write("answers/docker-rm.sh", `echo "$DOCKER_HOST" > engine`);
    await clear();
    assert.deepEqual(changes(), [
      "pulumi refresh --stack staging --yes --skip-preview --non-interactive --color never --json",
      "docker rm --force 2 4",
      "pulumi refresh --stack staging --yes --skip-preview --non-interactive --color never --json --clear-pending-creates",
    ]);
    assert.equal(
      readFileSync(join(machine.root, "engine"), "utf8"),
      "unix://.towpath/ssh/notes-staging/app1.sock\n",
    );
    assert.equal(
      progress.lines.at(-1),
      "an earlier run was killed in the middle of: creating notes-staging-api; removing what it left: notes-staging-api-1b, sad_swan",
    );
  });

  it("refuses a host with containers that the state does not contain, killed or not", async () => {
    for (const pending of [[], [begun]]) {
      withState(pending);
      machine.docker(
        "ps",
        "9\tnotes-staging-gateway\trunning\tUp\tgateway\t\t\t\t2026-01-02 03:04:05 +0000 UTC",
      );
      await assert.rejects(clear(), {
        name: "Problem",
        message:
          "towpath:namespace: notes-staging on app1 holds containers that this state does not know, got notes-staging-gateway, made on 2026-01-02 03:04 by a state that they do not name; go on with that state or its newest copy, choose another namespace, or give them up: TOWPATH_TAKE_OVER=notes-staging removes these containers, and no volume",
      });
    }
    assert.deepEqual(changes(), []);
  });

  it("leaves it to the program to report an unreachable host when there is nothing to clear", async () => {
    withState([]);
    await host.stop();
    machine.program(join(machine.root, "bin", "ssh"), "exit 255");
    await clear();
    assert.deepEqual(changes(), []);
    assert.equal(process.cwd(), folder);
  });

  it("reports why a host cannot be reached", async () => {
    withState([begun]);
    await host.stop();
    machine.program(
      join(machine.root, "bin", "ssh"),
      "echo 'ssh: connect to host 10.0.0.1 port 22: Connection refused' >&2; exit 255",
    );
    await assert.rejects(clear(), {
      name: "HostProblem",
      message:
        'towpath:hosts.app1: cannot be reached, got "connect to host 10.0.0.1 port 22: Connection refused"; check its address and port, that it runs, and that its firewall lets you in',
    });
    assert.deepEqual(changes(), []);
  });

  it("removes the lock of a run that died here, and leaves another's", async () => {
    withState([]);
    const owner = { pid: 4_194_305, username: "me", timestamp: "2026-01-02T03:04:05Z" };
    machine.write(lock, JSON.stringify({ ...owner, hostname: hostname() }));
    await clear();
    assert.equal(
      progress.lines.at(-1),
      "state: removed the lock of me (process 4194305), which died on this machine before it was done",
    );
    assert.equal(existsSync(join(machine.root, lock)), false);

    machine.write(lock, JSON.stringify({ ...owner, hostname: "elsewhere" }));
    await assert.rejects(clear(), {
      message:
        'state: locked by another run, got me@elsewhere (process 4194305) since 2026-01-02 03:04; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes staging"',
    });
    assert.equal(existsSync(join(machine.root, lock)), true);
  });
});
