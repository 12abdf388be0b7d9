/** The results of checks in the comment. What else it is made of: test/unit/cli/plan. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { comment, noChecks } from "../../../../cli/commands/comment.ts";
import type { CheckedPreview } from "../../../../cli/preview/check.ts";
import { quietPlan } from "../../../support/comment-facts.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const commit = "a".repeat(40);

describe("the checks of a preview in the comment", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.ofPreview(machine, "notes-pr-12");
    const outputs = { namespace: "notes-pr-12", release: { commit } };
    const resources = [{ urn: "", type: "pulumi:pulumi:Stack", outputs }];
    machine.write(
      ".towpath/state/.pulumi/stacks/towpath/pr-12.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
    machine.write("plan.json", JSON.stringify(quietPlan("staging")));
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  async function textWith(checked: Partial<CheckedPreview>): Promise<string> {
    const [checks, plan] = ["checks.json", "plan.json"].map((file) => join(machine.root, file));
    machine.write("checks.json", JSON.stringify(checked));
    const wish = { plan: [plan ?? ""], checks: checks ?? "", print: true };
    return (await comment(12, wish, recordedProgress(), machine.project)).text;
  }
  const checks = [{ name: "health", passed: true }];

  it("are those of what runs", async () => {
    assert.match(
      await textWith({ stack: "pr-12", commit, checks }),
      /\*\*Checks\*\*: 1 of 1 passed · ✅ `health`/,
    );
  });

  it("are none where they are of an older commit, or of another preview", async () => {
    for (const other of [
      { stack: "pr-12", commit: "b".repeat(40) },
      { stack: "pr-12-admin", commit },
    ])
      assert.doesNotMatch(await textWith({ ...other, checks }), /Checks/);
  });

  it("are asked for where the file holds none", async () => {
    const file = join(machine.root, "checks.json");
    await assert.rejects(textWith({}), { name: "Problem", message: noChecks(file) });
    assert.equal(
      noChecks("checks.json"),
      '--checks: expected results of checks, got "checks.json"; write them with npx towpath preview check 12 --to checks',
    );
  });
});
