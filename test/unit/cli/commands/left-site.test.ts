/** The site that a destroyed environment leaves in a shared gateway. That the real gateway drops it: test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pulumi } from "../../../../cli/commands/pulumi.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("destroying an environment behind a shared gateway", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const gateway = "notes-host-app1-gateway";
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine, { gateway: "host-app1" });
    state("staging", []);
    state("host-app1", [
      { type: "pulumi:pulumi:Stack", outputs: { gateway: { containerName: gateway, containerId: "7" } } },
    ]);
    machine.write("setup/bootstrap.mjs", "");
    machine.write("steps/run.mjs", step);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** Takes down what a step was started with. */
  const step = `
    import { writeFileSync } from "node:fs";
    import { text } from "node:stream/consumers";
    const input = JSON.parse(await text(process.stdin));
    writeFileSync("step.json", JSON.stringify({ program: process.argv[2], host: process.env.TOWPATH_HOST, input }));
  `;

  function state(stack: string, resources: readonly object[]): void {
    machine.write(
      `.towpath/state/.pulumi/stacks/towpath/${stack}.json`,
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }
  /** Plays the sites of the gateway, and what its own one leads to. */
  function sites(listed: readonly string[], served = ""): void {
    machine.write("served", served);
    machine.write(
      "answers/docker-exec.sh",
      `case "$*" in *" ls "*) printf '${listed.join("\\n")}' ;; *) cat "${machine.root}/served" ;; esac`,
    );
  }
  function destroy(...more: readonly string[]): Promise<number> {
    return pulumi(progress, ["destroy", "--yes", "--stack", "staging", ...more], machine.project);
  }
  function told(): unknown {
    const file = join(machine.root, "step.json");
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  }
  const removed = {
    program: "remove-route",
    host: ".towpath/ssh/notes-staging/app1",
    input: { site: { gateway, name: "notes-staging" } },
  };

  it("removes the site of a first release that never ended", async () => {
    sites(
      ["notes-production.caddy", "notes-staging", "notes-staging.caddy"],
      "text\0r1\n\0loaded\0notes-staging-api-1a",
    );
    assert.equal(await destroy(), 0);
    assert.deepEqual(told(), removed);
    assert.equal(
      progress.lines.at(-1),
      "route: removed the site of notes-staging from notes-host-app1-gateway, left there by a release that did not end",
    );
  });

  it("removes a site that a switch had only begun to write", async () => {
    sites(["notes-production.caddy", "notes-staging"]);
    assert.equal(await destroy(), 0);
    assert.deepEqual(told(), removed);
  });

  it("changes nothing in the gateway when no site is left, and asks it only after everything was destroyed", async () => {
    sites(["notes-production.caddy", "notes-production", "notes-staging-2.caddy"]);
    assert.equal(await destroy(), 0);
    sites(["notes-staging.caddy"], "text\0r1\n\0loaded");
    assert.equal(await destroy("--preview-only"), 0);
    state("staging", [{ type: "towpath:release:Route", urn: "urn" }]);
    assert.equal(await destroy("--target", "urn:other"), 0);
    state("staging", []);
    machine.pulumi("destroy", [], 255);
    machine.program(join(machine.root, "bin", "ssh"), "exit 255");
    assert.equal(await destroy(), 255);
    assert.equal(told(), undefined);
  });

  it("leaves a site that leads to copies which are still there", async () => {
    sites(["notes-staging.caddy"], "text\0r1\n\0loaded\0notes-staging-api-1a\0notes-staging-web-1b");
    machine.write(
      "answers/docker-ps.sh",
      `case "$*" in *label=*) ;; *) printf 'notes-production-api-1\\nnotes-staging-web-1b\\n' ;; esac`,
    );
    assert.equal(await destroy(), 0);
    assert.equal(told(), undefined);
    assert.equal(
      progress.lines.at(-1),
      "route: the site of notes-staging stays in notes-host-app1-gateway, for it leads to containers that this state does not know, got notes-staging-web-1b; go on with the state that made them",
    );
  });

  it("reports that the gateway cannot be asked, but not that it is gone", async () => {
    machine.docker("exec", "", 1);
    machine.write("answers/docker-exec.error", "Error response from daemon: container 7 is not running");
    assert.equal(await destroy(), 0);
    assert.equal(
      progress.lines.at(-1),
      'route: notes-host-app1-gateway cannot be asked whether it has a site of notes-staging, got "Error response from daemon: container 7 is not running"; start it and run the command again',
    );
    machine.write("answers/docker-exec.error", `Error response from daemon: No such container: ${gateway}`);
    progress.lines.length = 0;
    assert.equal(await destroy(), 0);
    assert.deepEqual(
      progress.lines.filter((line) => line.startsWith("route:")),
      [],
    );
  });

  it("reports why a site could not be removed", async () => {
    sites(["notes-staging.caddy"], "text\0r1\n\0loaded");
    machine.write(
      "steps/run.mjs",
      `console.log("docker exec: no answer within 30 s"); process.exitCode = 1;`,
    );
    await assert.rejects(destroy(), {
      name: "Problem",
      message:
        'route: the site of notes-staging cannot be removed from notes-host-app1-gateway, got "docker exec: no answer within 30 s"; run the command again',
    });
  });
});
