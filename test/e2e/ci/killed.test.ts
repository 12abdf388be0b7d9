import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nothing } from "../../support/footprint.ts";
import { killTree } from "../../support/process-tree.ts";
import { refusalOf, TestProject, type Running } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { answerOf, configureCi, containersOf, makeTiny, processesOf } from "./tiny.ts";

describe("a run of npm run ci that is stopped or killed", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
    configureCi(project);
  });
  after(() => project.remove());

  beforeEach(() => {
    makeTiny(project, { slow: { command: ["sleep", "300"], needs: ["postgres", "files"] } });
  });
  afterEach(async () => {
    await until("the end of all processes", 30, () => processesOf(project).length === 0 || undefined);
    assert.deepEqual(await project.footprint(), nothing);
  });

  /** A run whose check is at work. */
  async function underWay(): Promise<Running> {
    const run = project.launch(["ci", "--json", "--only", "slow"]);
    await until("the check", 300, async () => (await containersOf(project.namespace, "check-slow"))[0]);
    return run;
  }

  /** A run of a check that passes at once. */
  async function another(): Promise<string> {
    makeTiny(project, { slow: { command: ["true"], needs: [] } });
    const ended = await project.run(["ci", "--json", "--only", "slow"]);
    assert.equal(answerOf(ended, 0).passed, true);
    return ended.stderr;
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`removes everything on ${signal}, without waiting for the check`, async () => {
      const run = await underWay();
      const asked = Date.now();
      process.kill(run.pid, signal);
      const { code, stdout } = await run.ended;
      assert.equal(code, 130);
      assert.deepEqual(JSON.parse(stdout), {
        error: "interrupted: the run was stopped, and everything of it removed",
      });
      assert.ok(Date.now() - asked < 60_000);
    });
  }

  it("is cleared up by the next run when all of it was killed", async () => {
    const run = await underWay();
    await killTree(run.pid);
    await run.ended;
    assert.match(
      await another(),
      new RegExp(
        `^ci: removing what an earlier run of ${project.namespace} left, whose process ${run.pid} died before it was done\nremoved what was left: containers `,
        "m",
      ),
    );
  });

  it("is ended and cleared up by the next run when only its command line was killed", async () => {
    const run = await underWay();
    process.kill(run.pid, "SIGKILL");
    await run.ended;
    assert.notDeepEqual(processesOf(project), []);
    assert.match(await another(), /^ci: removing what an earlier run of /m);
  });

  it("keeps other runs of its namespace out, and is not disturbed by them", async () => {
    const run = await underWay();
    const [since = ""] = /\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(lockText(project)) ?? [];
    assert.equal(
      refusalOf(await project.run(["ci", "--json"])),
      `ci: another run of ${project.namespace} is at work, got process ${run.pid} since ${since.replace("T", " ")}; wait until it ends, or set WORKSPACE_ID to run beside it`,
    );
    assert.equal((await containersOf(project.namespace, "check-slow")).length, 1);
    process.kill(run.pid, "SIGINT");
    assert.equal((await run.ended).code, 130);
  });

  it("leaves a lock that is taken over once its owner is dead, even if the process id is in use again", async () => {
    const dead = await endedProcess();
    const file = lockFile(project);
    mkdirSync(join(file, ".."), { recursive: true });
    const owner = { pid: dead, started: "1", since: "2026-01-01T00:00:00.000Z", token: "0123" };
    for (const pid of [dead, process.pid]) {
      writeFileSync(file, JSON.stringify({ ...owner, pid }));
      const said = `ci: removing what an earlier run of ${project.namespace} left, whose process ${pid} died before it was done`;
      const lines = (await another()).split("\n");
      assert.ok(lines.includes(said), lines.join("\n"));
    }
  });

  it("lets only one of two next runs begin, even when a dead owner's lock is left", async () => {
    const file = lockFile(project);
    mkdirSync(join(file, ".."), { recursive: true });
    const owner = {
      pid: await endedProcess(),
      started: "1",
      since: "2026-01-01T00:00:00.000Z",
      token: "0123",
    };
    writeFileSync(file, JSON.stringify(owner));
    const runs = [1, 2].map(() => project.launch(["ci", "--json", "--only", "slow"]));
    await until("the check", 300, async () => (await containersOf(project.namespace, "check-slow"))[0]);
    const first = await Promise.race(runs.map(async (run) => ({ run, ended: await run.ended })));
    assert.match(refusalOf(first.ended), /^ci: another run of \S+ is at work, got process \d+ since /);
    for (const run of runs) if (run !== first.run) process.kill(run.pid, "SIGINT");
    const codes = await Promise.all(runs.map(async ({ ended }) => (await ended).code));
    assert.deepEqual(codes.sort(), [1, 130]);
  });
});

function lockFile(project: TestProject): string {
  return join(project.folder, ".towpath", "namespaces", project.namespace, "ci.lock");
}

function lockText(project: TestProject): string {
  return readFileSync(lockFile(project), "utf8");
}

/** The id of a process that has ended. */
function endedProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("true");
    child.on("close", () => {
      resolve(child.pid ?? 0);
    });
  });
}
