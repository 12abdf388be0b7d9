import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { destroy, destroyedInWords } from "../../../../cli/commands/destroy.ts";
import { pulumi, stackOf } from "../../../../cli/commands/pulumi.ts";
import { stop, stoppedInWords } from "../../../../cli/commands/stop.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const up = "pulumi up --stack local --yes --skip-preview --non-interactive --color never --json";

describe("towpath", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.docker(
      "ps",
      "1\tnotes-local-api-1a\trunning\tUp 2 minutes (healthy)\tapi\tr1\t\n2\tnotes-local-web-1a\trunning\tUp\tweb\tr1\t",
    );
  });
  afterEach(() => {
    machine.remove();
  });

  /** A stack that was started before. */
  function withState(): void {
    const type = "docker:index/container:Container";
    const resources = ["1", "2"].map((id) => ({
      urn: `urn:pulumi:local::towpath::${type}::${id}`,
      type,
      id,
    }));
    machine.write(".towpath/passphrase", "secret\n");
    machine.write(
      ".towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }

  describe("stop", () => {
    it("stops the running containers", async () => {
      const stopped = await stop(progress, machine.project);
      assert.deepEqual(machine.calls, ["docker stop 1 2"]);
      assert.equal(
        stoppedInWords(stopped),
        'stopped notes-local (2 containers); the data is kept, "npm start" brings it back',
      );
    });

    it("reports that there is nothing to stop", async () => {
      machine.docker("ps", "");
      assert.equal(stoppedInWords(await stop(progress, machine.project)), "notes-local was not running");
    });
  });

  describe("destroy", () => {
    const settings = { yes: true, byLabels: false, ask: undefined };

    it("asks, and accepts no for an answer", async () => {
      const asked: string[] = [];
      const ask = (question: string) => Promise.resolve(asked.push(question) > 1);
      await assert.rejects(destroy(progress, { ...settings, yes: false, ask }, machine.project), {
        message: "nothing was removed",
      });
      assert.deepEqual(asked, ["Remove notes-local with all its data?"]);
      machine.docker("ps", "");
      assert.equal(
        destroyedInWords(await destroy(progress, { ...settings, yes: false, ask }, machine.project)),
        "notes-local: there was nothing to remove",
      );
    });

    it("is refused when nobody can agree", async () => {
      await assert.rejects(destroy(progress, { ...settings, yes: false }, machine.project), {
        message:
          'destroy: removes notes-local with all its data and has to be agreed to, got no terminal to ask on; use "npm run destroy -- --yes"',
      });
    });

    it("destroys the stack, removes it, and removes leftovers", async () => {
      withState();
      machine.pulumi("destroy", [{ summaryEvent: { resourceChanges: { delete: 7 } } }]);
      const destroyed = await destroy(progress, settings, machine.project);
      assert.equal(machine.calls[0], up.replace("up", "destroy"));
      assert.equal(
        machine.calls[1],
        "pulumi stack rm local --yes --preserve-config --non-interactive --color never",
      );
      assert.equal(destroyed.deleted, 7);
      assert.match(
        destroyedInWords(destroyed),
        /^removed notes-local: 7 resources\nremoved what was left: containers /,
      );
    });

    it("leaves what another state made", async () => {
      await assert.rejects(destroy(progress, settings, machine.project), {
        message:
          "towpath:namespace: notes-local on this machine's engine holds containers that this state does not know, got notes-local-api-1a, notes-local-web-1a, made on an unknown day by a state that they do not name; go on with that state or its newest copy, choose another namespace, or give them up: TOWPATH_TAKE_OVER=notes-local removes these containers, and no volume",
      });
      assert.deepEqual(machine.calls, []);
    });

    it("removes by labels when the state cannot be opened", async () => {
      withState();
      await destroy(progress, { ...settings, byLabels: true }, machine.project);
      assert.deepEqual(
        machine.calls.filter((call) => call.startsWith("pulumi")),
        [],
      );
      assert.equal(
        existsSync(
          join(machine.root, ".towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json"),
        ),
        false,
      );
    });
  });

  describe("pulumi", () => {
    it("runs with everything set up, and ends with Pulumi's exit code", async () => {
      machine.pulumi("config", [], 3);
      assert.equal(
        await pulumi(progress, ["config", "set", "port", "1", "--stack", "ci"], machine.project),
        3,
      );
      assert.equal(await pulumi(progress, ["preview"], machine.project), 0);
      assert.deepEqual(machine.calls, ["pulumi config set port 1 --stack ci", "pulumi preview"]);
    });

    it("gets the settings file that all previews share", async () => {
      await pulumi(progress, ["config", "--stack", "pr-12"], machine.project);
      await pulumi(progress, ["stack", "--stack", "pr-12"], machine.project);
      assert.deepEqual(machine.calls, [
        "pulumi config --stack pr-12 --config-file Pulumi.preview.yaml",
        "pulumi stack --stack pr-12",
      ]);
    });

    it("knows the stack in its arguments", () => {
      assert.deepEqual(
        [["up", "--stack", "a"], ["up", "-s", "b"], ["--stack=c", "up"], ["up"], ["up", "ci"]].map(stackOf),
        ["a", "b", "c", undefined, undefined],
      );
      assert.deepEqual(
        [
          ["stack", "init", "staging"],
          ["cancel", "--yes", "ci"],
          ["stack", "ls"],
        ].map(stackOf),
        ["staging", "ci", undefined],
      );
    });
  });
});
