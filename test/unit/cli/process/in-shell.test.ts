import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inShell, type ShellResult } from "../../../../cli/process/in-shell.ts";
import { FakeMachine } from "../fake-machine.ts";
import { runs } from "../../../support/process-tree.ts";
import { until } from "../../../support/until.ts";

describe("a line of the shell", () => {
  let machine: FakeMachine;
  let lines: string[];

  beforeEach(() => {
    machine = new FakeMachine();
    lines = [];
  });
  afterEach(() => {
    machine.remove();
  });

  function running(command: string, timeout = 20_000): Promise<ShellResult> {
    return inShell(command, {
      ...{ cwd: machine.root, environment: { ...process.env, WORD: "told" }, timeout },
      onLine: (line) => lines.push(line),
    });
  }
  /** Waits until the process that a line left its number of has ended. */
  function untilEnded(): Promise<true> {
    const id = Number(readFileSync(join(machine.root, "started"), "utf8"));
    return until("what it started to end", 10, () => !runs(id) || undefined);
  }

  it("is run in its folder and environment, and all that it prints is kept", async () => {
    const { code, output, isLate } = await running('pwd; echo "$WORD" >&2; exit 3');
    assert.deepEqual([code, isLate], [3, false]);
    assert.deepEqual(output.trim().split("\n").sort(), [machine.root, "told"].sort());
    assert.equal(lines.at(-1), "told");
  });

  it("is stopped when its time is up, with all that it started", async () => {
    const { code, isLate } = await running("sleep 600 & echo $! > started; wait", 500);
    assert.deepEqual([code, isLate], [-1, true]);
    await untilEnded();
  });

  it("leaves nothing behind that it started in the background", async () => {
    const { code } = await running("sleep 600 >/dev/null 2>&1 & echo $! > started");
    assert.equal(code, 0);
    await untilEnded();
  });
});
