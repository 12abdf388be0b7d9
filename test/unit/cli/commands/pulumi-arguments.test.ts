import assert from "node:assert/strict";
import { pulumi, stackOf } from "../../../../cli/commands/pulumi.ts";
import { settingsOf } from "../../../../cli/stack/settings.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("the stack in a command line of Pulumi", () => {
  it("is found wherever Pulumi accepts it", () => {
    for (const line of [
      "up --stack staging",
      "up -s staging",
      "up --stack=staging",
      "--stack staging up",
      "--color never stack init staging",
      "-C . cancel staging",
      "--non-interactive stack rm staging",
    ]) {
      assert.equal(stackOf(line.split(" ")), "staging", line);
    }
    assert.equal(stackOf(["--color", "never", "up"]), undefined);
    assert.equal(stackOf(["--color"]), undefined);
  });
});

describe("a stack's file that is not valid YAML", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  it("is named in the error, without a stack trace", async () => {
    machine.write("Pulumi.local.yaml", "config:\n  towpath:port: [8080\n");
    const message =
      'Pulumi.local.yaml: expected YAML, got "Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 1:"; repair the file first';
    assert.throws(() => settingsOf(machine.project, "local"), { name: "Problem", message });
    await assert.rejects(pulumi(recordedProgress(), ["--color", "never", "up"], machine.project), {
      name: "Problem",
      message,
    });
  });
});
