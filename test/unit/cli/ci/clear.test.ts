import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ciImages, clearRun, sweepContainers } from "../../../../cli/ci/clear.ts";
import type { PulumiCall } from "../../../../cli/pulumi/call.ts";
import { run as realRun } from "../../../../cli/process/run.ts";
import { until } from "../../../support/until.ts";
import { FakeMachine } from "../fake-machine.ts";
import { fakeRun } from "../fake-run.ts";

const state = ".pulumi/stacks/towpath/ci.json";

describe("the leftovers of a run of ci", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const orphans: ChildProcess[] = [];

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(state, "{}");
    machine.write(`${state}.bak`, "{}");
    machine.write(".pulumi/stacks/towpath/local.json", "{}");
  });
  afterEach(() => {
    for (const orphan of orphans.splice(0)) orphan.kill("SIGKILL");
    machine.remove();
  });

  const call = (backend = pathToFileURL(machine.root).href): PulumiCall => ({
    project: machine.project,
    stack: "ci",
    environment: { ...process.env, PULUMI_BACKEND_URL: backend },
    logFolder: machine.root,
  });
  const there = (path: string): boolean => existsSync(join(machine.root, path));

  it("are removed by their labels and names, together with the unopened state", async () => {
    machine.docker("ps", "notes-ci-api\n");
    machine.docker("volume", "notes-ci-data\n");
    machine.docker("network", "notes-ci\n");
    machine.docker("image", "notes-ci-api:latest\nnotes-ci-api:<none>\n");
    assert.deepEqual(await clearRun(call(), "notes-ci", realRun), {
      containers: ["notes-ci-api"],
      volumes: ["notes-ci-data"],
      networks: ["notes-ci"],
      images: ["notes-ci-api:latest"],
    });
    assert.deepEqual(machine.calls, [
      "docker rm --force --volumes notes-ci-api",
      "docker volume rm --force notes-ci-data",
      "docker network rm notes-ci",
      "docker image rm --force notes-ci-api:latest",
    ]);
    assert.deepEqual([state, `${state}.bak`, ".pulumi/stacks/towpath/local.json"].map(there), [
      false,
      false,
      true,
    ]);
  });

  it("include images of every name that a run builds", () => {
    assert.deepEqual(ciImages({ images: { api: { context: "api" }, web: { context: "web" } } }, "notes-ci"), [
      "notes-ci-api",
      "notes-ci-api-dev",
      "notes-ci-web",
      "notes-ci-web-dev",
    ]);
  });

  it("are removed by Pulumi when the state is elsewhere, if there is a stack", async () => {
    const list = { docker: {} };
    const gone = fakeRun({
      ...list,
      "pulumi stack export": { code: 255, stderr: "error: no stack named 'ci'" },
    });
    await clearRun(call("s3://bucket"), "notes-ci", gone.run);
    const exported = "pulumi stack export --stack ci";
    assert.deepEqual(gone.calls.slice(-1), [exported]);

    const left = fakeRun({ ...list, "pulumi stack": {}, [exported]: { stdout: '{"deployment":{}}' } });
    await clearRun(call("s3://bucket"), "notes-ci", left.run);
    assert.equal(
      left.calls.at(-1),
      "pulumi stack rm ci --yes --preserve-config --force --non-interactive --color never",
    );
  });

  it("include containers, which are removed only if there are any", async () => {
    const ps = "docker ps --all --quiet --filter label=towpath.namespace=notes-ci";
    const none = fakeRun({ docker: {} });
    await sweepContainers(none.run, "notes-ci");
    assert.deepEqual(none.calls, [ps]);
    const two = fakeRun({ docker: {}, "docker ps": { stdout: "1\n2\n" } });
    await sweepContainers(two.run, "notes-ci");
    assert.deepEqual(two.calls, [ps, "docker rm --force --volumes 1 2"]);
  });

  describe("with a Pulumi that is still running", () => {
    /** A program called Pulumi that holds the stack's lock. */
    async function orphan(script: string): Promise<ChildProcess> {
      const program = join(machine.root, "pulumi-orphan");
      machine.program(program, `${script}\ntouch "${machine.root}/begun"\nwhile :; do sleep 0.1; done`);
      const child = spawn(program, { stdio: "ignore" });
      orphans.push(child);
      await until("the program", 20, () => there("begun") || undefined);
      const lock = {
        pid: child.pid,
        username: "me",
        hostname: hostname(),
        timestamp: "2026-01-02T03:04:05Z",
      };
      machine.write(".pulumi/locks/organization/towpath/ci/lock.json", JSON.stringify(lock));
      return child;
    }

    it("are removed after it is asked to stop, and its lock goes with the state", async () => {
      const child = await orphan("trap 'exit 7' INT");
      const ended = once(child, "exit");
      await clearRun(call(), "notes-ci", fakeRun({ docker: {} }).run);
      assert.deepEqual(await ended, [7, null]);
      assert.equal(there(".pulumi/locks/organization/towpath/ci"), false);
    });

    it("are removed after it is killed, if it does not stop, and its containers are removed until then", async () => {
      const child = await orphan("trap '' INT");
      const ended = once(child, "exit");
      const { run, calls } = fakeRun({ docker: {}, "docker ps --all --quiet": { stdout: "1\n" } });
      await clearRun(call(), "notes-ci", run, 50);
      assert.deepEqual(await ended, [null, "SIGKILL"]);
      assert.equal(calls[1], "docker rm --force --volumes 1");
    });
  });
});
