import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ci } from "../../../../cli/commands/ci.ts";
import { listenForInterrupts } from "../../../../cli/process/interrupts.ts";
import { until } from "../../../support/until.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

// The lock of a namespace is one of the whole machine.
const namespace = `unit-stop-${process.pid}`;

describe("a run of ci that is asked to stop", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = new Map<string, NodeJS.SignalsListener[]>();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write("Pulumi.ci.yaml", `config:\n  towpath:namespace: ${namespace}\n`);
    for (const signal of signals) before.set(signal, process.listeners(signal));
  });

  afterEach(() => {
    machine.remove();
    for (const signal of signals)
      for (const listener of process.listeners(signal))
        if (before.get(signal)?.includes(listener) === false) process.removeListener(signal, listener);
  });

  it("ends Pulumi and its containers, and removes everything", async () => {
    machine.pulumiDoes("up", "touch begun; exec sleep 60");
    machine.docker("ps", "check\n");
    listenForInterrupts();
    const running = ci(progress, { keep: false, publish: false }, machine.project);
    const stopped = assert.rejects(running, {
      name: "Interrupted",
      message: "interrupted: the run was stopped, and everything of it removed",
    });
    await until("the program", 20, () => existsSync(join(machine.root, "begun")) || undefined);
    process.emit("SIGHUP", "SIGHUP");
    await stopped;
    assert.ok(
      progress.lines.includes("stopping: what is under way is ended first, so that the state stays true"),
    );
    assert.deepEqual(progress.lines.slice(-2), ["removing everything …", "removing everything done"]);
    assert.equal(machine.calls.at(-1), "docker rm --force --volumes check");
    assert.equal(existsSync(join(machine.root, "reports", namespace, "summary.md")), false);
  });
});
