import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { forgetStack, notInFiles } from "../../../../cli/pulumi/forget.ts";
import { clearDeadLocks, readLocks, runsHere, stateLocked, type Lock } from "../../../../cli/pulumi/locks.ts";
import { noteRun, placeOfRun } from "../../../../cli/pulumi/run-places.ts";
import type { PulumiCall } from "../../../../cli/pulumi/call.ts";
import { keepingSaltOut, withoutSalt } from "../../../../cli/pulumi/salt.ts";
import { environmentNameIn, readDeployment, stackOutputs } from "../../../../cli/pulumi/state.ts";
import { createStack, removeStack } from "../../../../cli/stack/create.ts";
import { application } from "../../../../application.ts";
import { parseUrn } from "../../../../cli/pulumi/urn.ts";
import { fakeRun } from "../fake-run.ts";

describe("the state", () => {
  let root: string;
  let call: PulumiCall;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-state-"));
    call = {
      project: {
        root,
        privateFolder: join(root, ".towpath"),
        pulumiHome: join(root, "home"),
        pulumiVersion: "3.0.0",
        plugins: [],
        name: "towpath",
        application,
      },
      stack: "local",
      logFolder: join(root, "logs"),
      environment: { PULUMI_BACKEND_URL: `file://${root}/state` },
    };
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(path: string, text: string): string {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
  const elsewhere = (): PulumiCall => ({ ...call, environment: { PULUMI_BACKEND_URL: "s3://bucket" } });
  const stackResource = { urn: "u", type: "pulumi:pulumi:Stack", outputs: { namespace: "n" } };

  it("is read from its file", async () => {
    const { run, calls } = fakeRun({});
    assert.equal(await readDeployment(call, run), undefined);
    write(
      "state/.pulumi/stacks/towpath/local.json",
      JSON.stringify({ checkpoint: { latest: { resources: [stackResource] } } }),
    );
    const deployment = await readDeployment(call, run);
    assert.deepEqual(deployment, { resources: [stackResource], pending_operations: [] });
    assert.deepEqual(stackOutputs(deployment), { namespace: "n" });
    assert.deepEqual(stackOutputs(undefined), {});
    assert.equal(environmentNameIn(deployment), "");
    const component = {
      urn: "urn:pulumi:local::towpath::towpath:index:Environment::n",
      type: "towpath:index:Environment",
    };
    assert.equal(environmentNameIn({ resources: [component], pending_operations: [] }), "n");
    write("state/.pulumi/stacks/towpath/local.json", JSON.stringify({ checkpoint: { latest: null } }));
    assert.deepEqual(await readDeployment(call, run), { resources: [], pending_operations: [] });
    assert.deepEqual(calls, []);
  });

  it("is exported when it is elsewhere", async () => {
    const answer = (result: object) => fakeRun({ "pulumi stack export": result }).run;
    const exported = { deployment: { resources: [stackResource], pending_operations: [] } };
    assert.deepEqual(
      await readDeployment(elsewhere(), answer({ stdout: JSON.stringify(exported) })),
      exported.deployment,
    );
    assert.deepEqual(await readDeployment(elsewhere(), answer({ stdout: "{}" })), {
      resources: [],
      pending_operations: [],
    });
    assert.equal(
      await readDeployment(elsewhere(), answer({ code: 255, stderr: "error: no stack named 'local' found" })),
      undefined,
    );
    await assert.rejects(
      readDeployment(elsewhere(), answer({ code: 255, stderr: "error: no credentials" })),
      {
        message:
          'PULUMI_BACKEND_URL: the state at s3://bucket cannot be read, got "no credentials"; log in there, or unset it to keep the state in .towpath',
      },
    );
  });

  it("cannot be read when its file is not valid", async () => {
    mkdirSync(join(root, "state/.pulumi/stacks/towpath/local.json"), { recursive: true });
    await assert.rejects(readDeployment(call, fakeRun({}).run), { code: "EISDIR" });
  });

  it("is made and removed through Pulumi, which keeps the settings", async () => {
    const { run, calls } = fakeRun({ pulumi: {} });
    await createStack(call, run);
    await createStack({ ...call, environment: { PULUMI_SECRETS_PROVIDER: "awskms://x" } }, run);
    await removeStack(call, run);
    assert.deepEqual(calls, [
      "pulumi stack init local --no-select --non-interactive --color never",
      "pulumi stack init local --no-select --secrets-provider awskms://x --non-interactive --color never",
      "pulumi stack rm local --yes --preserve-config --non-interactive --color never",
    ]);
    await assert.rejects(
      createStack(call, fakeRun({ pulumi: { code: 255, stderr: "error: bad name" } }).run),
      { message: "bad name" },
    );
  });

  it("is forgotten without being opened", () => {
    const file = write("state/.pulumi/stacks/towpath/local.json", "{}");
    write("state/.pulumi/stacks/towpath/local.json.bak", "{}");
    const other = write("state/.pulumi/stacks/towpath/ci.json", "{}");
    write("state/.pulumi/history/towpath/local/1.json", "{}");
    forgetStack(call);
    assert.deepEqual(
      [file, `${file}.bak`, join(root, "state/.pulumi/history/towpath/local"), other].map(existsSync),
      [false, false, false, true],
    );
    rmSync(join(root, "state"), { recursive: true });
    forgetStack(call);
    assert.throws(
      () => {
        forgetStack(elsewhere());
      },
      {
        message:
          'PULUMI_BACKEND_URL: a state elsewhere is not removed by labels; use "npm run pulumi -- stack rm local --force"',
      },
    );
    assert.match(notInFiles("ci"), /stack rm ci --force/);
  });

  describe("that is locked", () => {
    const folder = "state/.pulumi/locks/organization/towpath/local";
    const lock: Lock = {
      file: "1.json",
      stack: "local",
      pid: 7,
      username: "ann",
      hostname: "desk",
      timestamp: "2026-01-02T03:04:05.6Z",
    };
    const machine = { hostname: "desk", isAlive: () => false, placeOf: () => "here" as const };

    it("is unlocked when the owner died on this machine", () => {
      const file = write(`${folder}/1.json`, JSON.stringify({ ...lock, file: undefined }));
      write(`${folder}/1.json.attrs`, "{}");
      assert.deepEqual(clearDeadLocks(readLocks(call), machine), [
        "state: removed the lock of ann (process 7), which died on this machine before it was done",
      ]);
      assert.deepEqual([existsSync(file), existsSync(`${file}.attrs`)], [false, false]);
      assert.deepEqual(readLocks(call), []);
    });

    it("is left locked while the owner lives", () => {
      write(`${folder}/1.json`, JSON.stringify({ ...lock, file: undefined }));
      assert.throws(() => clearDeadLocks(readLocks(call), { ...machine, isAlive: () => true }), {
        message:
          "state: locked by another run, got ann@desk (process 7) since 2026-01-02 03:04; wait until it ends",
      });
    });

    it("is left locked when the owner is on another machine", () => {
      write(`${folder}/1.json`, JSON.stringify({ ...lock, file: undefined }));
      assert.throws(() => clearDeadLocks(readLocks(call), { ...machine, hostname: "lap" }), {
        message:
          'state: locked by another run, got ann@desk (process 7) since 2026-01-02 03:04; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes local"',
      });
      assert.match(stateLocked(lock, machine), /wait until it ends$/);
    });

    it("is left locked when the owner runs in a container of the machine's name", () => {
      write(`${folder}/1.json`, JSON.stringify({ ...lock, file: undefined }));
      assert.throws(() => clearDeadLocks(readLocks(call), { ...machine, placeOf: () => "elsewhere" }), {
        message:
          'state: locked by another run, got ann@desk (process 7) since 2026-01-02 03:04; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes local"',
      });
      const alive = { ...machine, isAlive: () => true };
      assert.deepEqual(
        [
          alive,
          machine,
          { ...alive, hostname: "lap" },
          { ...alive, placeOf: () => "elsewhere" as const },
        ].map((one) => runsHere(lock, one)),
        [true, false, false, false],
      );
    });

    it("knows from a note where its owner runs", () => {
      const here = { machine: "desk 1", boot: "b", pids: "pid:[1]" };
      const backend = join(root, "state/.pulumi");
      const ended = noteRun(call.environment, 7);
      assert.equal(placeOfRun(backend, 7), "here");
      assert.equal(placeOfRun(backend, 7, here), "elsewhere");
      ended();
      assert.equal(placeOfRun(backend, 7, here), "here");

      write("state/runs/7.a.json", JSON.stringify({ ...here, boot: "before" }));
      assert.equal(placeOfRun(backend, 7, here), "gone");
      write("state/runs/7.b.json", JSON.stringify({ ...here, pids: "pid:[2]" }));
      assert.equal(placeOfRun(backend, 7, here), "elsewhere");
      write(`${folder}/1.json`, JSON.stringify({ ...lock, file: undefined }));
      clearDeadLocks(readLocks(call), { ...machine, isAlive: () => true, placeOf: () => "gone" });
      assert.deepEqual(readdirSync(join(root, "state/runs")), []);

      noteRun({ PULUMI_BACKEND_URL: "s3://bucket" }, 7)();
      noteRun(call.environment, undefined)();
      assert.deepEqual(readdirSync(join(root, "state/runs")), []);
    });

    it("is unlocked when its owner's process id is nobody's or another program's", () => {
      const own = (pid: number) => [{ ...lock, pid, hostname: hostname(), file: join(root, "none") }];
      // No process has this id; ours has, and is not Pulumi.
      assert.equal(clearDeadLocks(own(2 ** 30)).length, 1);
      if (existsSync("/proc/self/comm")) assert.equal(clearDeadLocks(own(process.pid)).length, 1);
    });

    it("is left to Pulumi when it is elsewhere", () => {
      assert.deepEqual(readLocks(elsewhere()), []);
      assert.deepEqual(readLocks(call), []);
    });
  });

  describe("that is encrypted with a passphrase", () => {
    const salt = "encryptionsalt: v1:abc=:v1:def==\n";

    it("keeps its salt out of the settings, and nothing else", () => {
      assert.equal(withoutSalt(`${salt}config:\n  # mine\n  a: 1\n`), "config:\n  # mine\n  a: 1\n");
      assert.equal(withoutSalt(`config: {}\n${salt}`), "config: {}\n");
      assert.equal(withoutSalt(salt.trimEnd()), "");
      assert.equal(withoutSalt(`${salt}{}\n`), "");
      for (const text of ["", "{}\n", "config:\n  a: 1\n", `${salt}config:\n  a:\n    secure: v1:x\n`])
        assert.equal(withoutSalt(text), text);
    });

    it("keeps its salt out after every run, and restores the person's own text", async () => {
      const text = "config:\n  # mine\n  towpath:port: '8081'\n";
      const file = write("Pulumi.local.yaml", salt + text);
      const result = await keepingSaltOut(call, true, () => {
        assert.equal(readFileSync(file, "utf8"), text);
        writeFileSync(file, `${salt}config:\n    # mine\n    towpath:port: "8081"\n`);
        return Promise.resolve(3);
      });
      assert.equal(result, 3);
      assert.equal(readFileSync(file, "utf8"), text);
    });

    it("keeps its salt out of settings that the run changed, and after a run that failed", async () => {
      const file = write("Pulumi.local.yaml", "config:\n  a: 1\n");
      const change = keepingSaltOut(call, true, () => {
        writeFileSync(file, `${salt}config:\n  a: 2\n`);
        return Promise.reject(new Error("no"));
      });
      await assert.rejects(change, { message: "no" });
      assert.equal(readFileSync(file, "utf8"), "config:\n  a: 2\n");
    });

    it("keeps its salt there when the passphrase is the person's own", async () => {
      const file = write("Pulumi.local.yaml", salt);
      await keepingSaltOut(call, false, () => Promise.resolve());
      assert.equal(readFileSync(file, "utf8"), salt);
      rmSync(file);
      await keepingSaltOut(call, true, () => Promise.resolve());
    });
  });

  it("names resources by URNs", () => {
    assert.deepEqual(parseUrn("urn:pulumi:s::p::a:b:C$d:e:F::na::me"), {
      types: ["a:b:C", "d:e:F"],
      name: "na::me",
    });
    assert.equal(parseUrn("x"), undefined);
    assert.equal(parseUrn("a::b::c::d"), undefined);
  });
});
