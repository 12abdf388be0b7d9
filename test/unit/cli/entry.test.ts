import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { run } from "../../../cli/process/run.ts";
import { FakeMachine } from "./fake-machine.ts";

describe("the command line", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  const towpath = (...args: string[]) =>
    run(process.execPath, ["setup/bootstrap.mjs", ...args], {
      // What is checked out here need not be a branch.
      environment: { ...process.env, BRANCH_NAME: "main" },
    });

  it("explains itself and its exit codes", async () => {
    const { code, stdout } = await towpath("--help");
    assert.equal(code, 0);
    const commands =
      "start stop destroy pulumi test setup status logs shell psql namespace doctor completion";
    for (const command of commands.split(" ")) assert.match(stdout, new RegExp(`^  ${command} `, "m"));
    assert.match(stdout, /Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted/);
  });

  it("ends with 2 when it is used wrongly", async () => {
    const { code, stderr } = await towpath("start", "--jsno");
    assert.deepEqual([code, stderr], [2, "error: unknown option '--jsno'\n(Did you mean --json?)\n"]);
  });

  it("refuses stacks that are never released to in commands about releases", async () => {
    const message = '--stack: expected a stack that is released to, got "local"; take staging or production';
    for (const command of [
      "releases",
      "rollback",
      "receipt end-to-end",
      "backup",
      "backups",
      "restore",
      "migrations",
    ]) {
      const ended = await towpath(...command.split(" "), "--stack", "local");
      assert.deepEqual(ended, { code: 1, stdout: "", stderr: `${message}\n` }, command);
    }
    const { stdout } = await towpath("releases", "--stack", "local", "--json");
    assert.deepEqual(JSON.parse(stdout), { error: message });
  });

  it("rolls back only a stack that is named", async () => {
    assert.deepEqual(await towpath("rollback", "--yes"), {
      ...{ code: 2, stdout: "" },
      stderr: "error: required option '--stack <stack>' not specified\n",
    });
  });

  it("accepts ports only where it asks for one", async () => {
    for (const port of ["x", "0", "65536", "1.5"]) {
      const { code, stderr } = await towpath("run", "--port", port, "api", "--", "true");
      assert.deepEqual(
        [code, stderr],
        [
          2,
          `error: option '--port <port>' argument '${port}' is invalid. Expected a port from 1 to 65535.\n`,
        ],
      );
    }
  });

  it("ends with 1 and a message without a stack trace when something is wrong", async () => {
    machine.docker("version", "19.03.15 1.40");
    const message =
      "docker: engine 20.10 or newer is needed, got 19.03.15; upgrade it, see https://docs.docker.com/engine/install/";
    assert.deepEqual(await towpath("stop"), { code: 1, stdout: "", stderr: `${message}\n` });
    const { stdout, stderr } = await towpath("stop", "--json");
    assert.deepEqual([JSON.parse(stdout), stderr], [{ error: message }, `${message}\n`]);
  });

  it("ends with 1 and its result when the result has to be repaired", async () => {
    machine.docker("version", "19.03.15 1.40");
    const { code, stdout } = await towpath("doctor", "--json");
    const findings = JSON.parse(stdout) as Record<string, unknown>[];
    assert.deepEqual([code, findings.length > 0], [1, true]);
  });

  it("passes on problems with the tests that are named", async () => {
    assert.deepEqual(await towpath("test", "unti"), {
      code: 1,
      stdout: "",
      stderr: 'test: unknown kind of tests, got "unti"; use unit or e2e\n',
    });
  });

  it("is what the scripts in package.json call", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of ["start", "stop", "destroy", "pulumi", "test"])
      assert.equal(scripts[name], `node setup/bootstrap.mjs ${name}`);
  });
});
