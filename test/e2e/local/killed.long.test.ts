import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker, nothing, remains } from "../../support/footprint.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { askVersion, writeNote } from "../../support/notes.ts";
import { killTree } from "../../support/process-tree.ts";
import { TestProject, type Running } from "../../support/project.ts";
import { until } from "../../support/until.ts";

describe("a start of the local environment that is killed", () => {
  let project: TestProject;

  beforeEach(async () => {
    project = await TestProject.create();
  });
  afterEach(() => project.remove());

  it("is continued by the next one, and nothing is left over", async () => {
    const first = project.launch(["start"]);
    await until("the database's container", 600, async () => (await containers(project, "postgres"))[0]);
    await kill(first);

    const { stderr } = await project.succeed(["start"]);

    assert.match(stderr, /^state: removed the lock of \S+ \(process \d+\), which died on this machine/m);
    assert.equal((await project.footprint()).containers.length, 7);
    await writeNote(project.url, "after all");
    assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
    const before = await project.footprint();
    await project.succeed(["destroy", "--yes"]);
    assert.deepEqual(await remains(before), nothing);
    assert.deepEqual(await project.footprint(), nothing);
  });

  it("leaves the old copy serving when it was a release, and the next one completes it", async () => {
    await project.start();
    const old = await containers(project, "api");
    const before = await askVersion(project.url);
    const load = new Load(project.url);
    project.source.append("app/api/notes/version.py", "\n# Another release.\n");

    const release = project.launch(["start"]);
    await until("the new copy", 600, async () =>
      (await containers(project, "api")).find((name) => !old.includes(name)),
    );
    await kill(release);
    assert.deepEqual(await askVersion(project.url), before);
    const killed = readFileSync(stateOf(project, project.namespace), "utf8");
    await project.succeed(["start"]);

    assert.equal((await project.footprint()).containers.length, 7);
    assert.notEqual((await askVersion(project.url)).release, before.release);
    assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
    const report = await load.stop();
    console.log(`      ${inWords("across the killed release and the next", report)}`);
    assertServed(report);

    await belongsTo(project, killed);
  });

  it("ends what is under way when it is only asked to stop", async () => {
    const first = project.launch(["start"]);
    await until("the database's container", 600, async () => (await containers(project, "postgres"))[0]);
    process.kill(first.pid, "SIGINT");
    const { code, stderr } = await first.ended;

    assert.equal(code, 130, stderr);
    assert.ok(
      stderr.endsWith("interrupted: the run ended where it was; the next one goes on from there"),
      stderr,
    );
    const { stderr: next } = await project.succeed(["start"]);
    assert.doesNotMatch(next, /killed|removed the lock/);
    assert.equal((await project.footprint()).containers.length, 7);
  });

  it("does not leave users with a route that it had switched and was still watching", async () => {
    project.configure({ watchSeconds: 6 });
    await project.start();
    for (const end of [interrupt, kill]) {
      project.source.edit("application.ts", 'routes: ["/api/*"]', 'routes: ["/api/*", "/added"]');
      const started = project.launch(["start"]);
      await until("the added route", 300, async () => (await answersJson("/added")) || undefined);
      await end(started);
      assert.ok(await answersJson("/added"));
      project.source.restore();
      project.configure({ watchSeconds: 6 });
      assert.match(
        (await project.succeed(["status"])).stdout,
        /^local: the gateway serves another route than the last complete run left; the next start switches again$/m,
      );

      await project.start();

      assert.equal(await answersJson("/added"), false);
      assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
    }
  });

  /** Tells whether the API answers a path, not the front end. */
  async function answersJson(path: string): Promise<boolean> {
    const { headers } = await fetch(project.url + path, { signal: AbortSignal.timeout(5000) });
    return headers.get("content-type") === "application/json";
  }
});

/** Asks a command to stop, as Ctrl+C does, and waits until it is gone. */
async function interrupt({ pid, ended }: Running): Promise<void> {
  process.kill(pid, "SIGINT");
  assert.equal((await ended).code, 130);
}

/**
 * Nobody else takes anything away: not another clone with a state of its own, and not an older copy of the state, which
 * says that a run was killed.
 */
async function belongsTo(project: TestProject, older: string): Promise<void> {
  const there = await docker(["ps", "--quiet", "--filter", `label=towpath.namespace=${project.namespace}`]);
  const clone = await TestProject.create();
  const own = new RegExp(
    `^towpath:namespace: ${project.namespace} on this machine's engine holds containers that this state does not know, ` +
      `got .*${project.namespace}-\\S+, made by \\S+@\\S+ on [-\\d]+ [:\\d]+ with the state file:///\\S+; .*TOWPATH_TAKE_OVER=`,
    "m",
  );
  try {
    clone.configure({ namespace: project.namespace });
    assert.match(await clone.refusal(), own);
    const destroyed = await clone.run(["destroy", "--yes"]);
    assert.equal(destroyed.code, 1);
    assert.match(destroyed.stderr, own);
  } finally {
    clone.configure({});
    await clone.remove();
  }

  const state = stateOf(project, project.namespace);
  const newest = readFileSync(state, "utf8");
  writeFileSync(state, older);
  assert.match(await project.refusal(), /holds containers that this state does not know, got /);
  writeFileSync(state, newest);
  assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
  assert.deepEqual(
    await docker(["ps", "--quiet", "--filter", `label=towpath.namespace=${project.namespace}`]),
    there,
  );
}

/** The file of the local environment's state. */
function stateOf({ folder }: TestProject, namespace: string): string {
  return join(folder, ".towpath/namespaces", namespace, "state/.pulumi/stacks/towpath/local.json");
}

/** Kills a command with everything that it started, and waits until it is gone. */
async function kill({ pid, ended }: Running): Promise<void> {
  await killTree(pid);
  assert.notEqual((await ended).code, 0);
}

/** The containers of one part, by name. */
function containers(project: TestProject, part: string): Promise<string[]> {
  const of = [
    "--filter",
    `label=towpath.namespace=${project.namespace}`,
    "--filter",
    `label=towpath.part=${part}`,
  ];
  return docker(["ps", "--all", "--format", "{{.Names}}", ...of]);
}
