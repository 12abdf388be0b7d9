/** A preview that is put to sleep and woken from the command line. That its containers stop is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import {
  isAsleep,
  leaveRoom,
  roomOf,
  sleepOrWake,
  sleptInWords,
  wakeBefore,
} from "../../../../cli/preview/sleep.ts";
import { hostKey } from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("a preview that is put to sleep or woken", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine);
    const config = {
      previewDomain: "preview.example.com",
      gateway: "host-previews",
      host: { address: "10.0.0.1", user: "deploy", hostKey, key: { source: "agent" } },
      registry: { address: "ghcr.io", repository: "octocat/notes" },
    };
    const named = Object.entries(config).map(([name, value]) => [`towpath:${name}`, value]);
    machine.write("Pulumi.preview.yaml", stringify({ config: Object.fromEntries(named) as object }));
    // The same engine, as the preview's stack reaches it.
    const socket = join(machine.root, ".towpath/ssh/notes-pr-12/preview.sock");
    mkdirSync(dirname(socket), { recursive: true });
    symlinkSync(join(machine.root, host.socket), socket);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** Plays a host whose activator knows these previews, and answers so when it wakes one. */
  function activator(previews: readonly string[], woken = "pass"): void {
    const state = JSON.stringify({
      previews: previews.map((namespace) => ({ namespace, awake: false })),
      queue: ["notes-pr-14", "notes-pr-12"],
    });
    machine.program(
      join(machine.root, "bin", "docker"),
      `case "$*" in
        *'"operation":"state"'*) echo '${state}';;
        *'"operation":"wake"'*) echo '{"result":"${woken}"}';;
        *'"operation":"sleep"'*) echo '{"result":"asleep"}';;
        *'"operation":"leave"'*) echo left >>"${machine.root}/left"; echo '{"result":"left"}';;
        ps*part=activator*) echo notes-host-previews-activator;;
        version*) echo "24.0.0 1.43";;
      esac`,
    );
  }
  const ask = (operation: "sleep" | "wake") => sleepOrWake(operation, "pr-12", progress, machine.project);

  it("sleeps or is awake at the end", async () => {
    activator(["notes-pr-12"]);
    const asleep = await ask("sleep");
    assert.deepEqual(asleep, { stack: "pr-12", host: "preview", state: "asleep" });
    assert.equal(sleptInWords(asleep), "pr-12 sleeps on preview; it wakes when somebody opens it");
    assert.equal(sleptInWords(await ask("wake")), "pr-12 is awake on preview");
  });

  it("is woken before its state is compared with its containers, and leaves its place when it is removed", async () => {
    process.chdir(machine.root);
    const call = { project: machine.project, stack: "pr-12", logFolder: machine.root, environment: {} };
    const connections = { preview: { host: "preview", folder: ".towpath/ssh/notes-pr-12" } };
    activator([]);
    assert.equal(await isAsleep(call, connections), false);
    activator(["notes-pr-12"]);
    assert.equal(await isAsleep(call, connections), true);
    assert.partialDeepStrictEqual(await roomOf("pr-12", progress, machine.project), {
      awake: false,
      place: 2,
    });
    await wakeBefore(call, connections, progress);
    assert.ok(progress.lines.some((line) => line.includes("waking pr-12")));
    await leaveRoom(call, connections);
    assert.ok(existsSync(join(machine.root, "left")));
  });

  it("is reported when there is no room for it, or it does not become well", async () => {
    activator(["notes-pr-12"], "full");
    await assert.rejects(ask("wake"), {
      message:
        "preview wake: no room for pr-12, got others in all of towpath:room of host-previews; let one of them sleep with npx towpath preview sleep <number>",
    });
    activator(["notes-pr-12"], "failed");
    await assert.rejects(ask("wake"), {
      message:
        "preview wake: pr-12 was started, got no healthy answer in time; see why in the logs of its containers on the host",
    });
  });

  it("is reported when nothing was released, or its host has nobody who would wake it", async () => {
    activator(["notes-pr-13"]);
    await assert.rejects(ask("sleep"), {
      message:
        "preview sleep: expected a preview that was released, got no containers of pr-12; release it first with npm run pulumi -- up --stack pr-12",
    });
    machine.program(join(machine.root, "bin", "docker"), "exit 0");
    await assert.rejects(ask("sleep"), {
      message:
        "preview sleep: expected a host that gives previews room, got host-previews without towpath:room, or without a program that wakes them; set it and bring the host up with npm run pulumi -- up --stack host-previews",
    });
  });
});
