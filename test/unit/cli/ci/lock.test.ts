import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Held, ownerLives, readOwner, takeLock, thisProcess, type Owner } from "../../../../cli/ci/lock.ts";
import { lockNamespace, namespaceHeld, tookOver } from "../../../../cli/ci/namespace-lock.ts";
import { Problem } from "../../../../cli/problem.ts";
import type { Project } from "../../../../cli/project.ts";
import { recordedProgress } from "../quiet.ts";

const dead: Owner = { pid: 4711, started: "1", since: "2026-01-02T03:04:05.678Z", token: "00ff" };
const nobodyLives = (): boolean => false;

describe("a lock", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-lock-"));
    file = join(folder, "ci.lock");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is a file that names its owner, and is removed when it is released", () => {
    const lock = takeLock(file);
    assert.equal(lock.tookOverFrom, undefined);
    assert.equal(readOwner(file)?.pid, process.pid);
    lock.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is not granted to another process while its owner lives", () => {
    takeLock(file);
    assert.throws(
      () => takeLock(file),
      (error: Held) => error.owner.pid === process.pid,
    );
    assert.deepEqual(readdirSync(folder), ["ci.lock"]);
  });

  it("is taken over from an owner that died", () => {
    writeFileSync(file, JSON.stringify(dead));
    const lock = takeLock(file);
    assert.deepEqual(lock.tookOverFrom, dead);
    assert.equal(readOwner(file)?.pid, process.pid);
    assert.deepEqual(readdirSync(folder), ["ci.lock"]);
    lock.release();
  });

  it("is left to the process that is already taking it over", () => {
    writeFileSync(file, JSON.stringify(dead));
    const other = thisProcess();
    writeFileSync(`${file}.${dead.token}`, JSON.stringify(other));
    assert.throws(
      () => takeLock(file),
      (error: Held) => error.owner.token === other.token,
    );
    assert.deepEqual(readOwner(file), dead);
  });

  it("is taken over even from an owner that died while it took it over", () => {
    writeFileSync(file, JSON.stringify(dead));
    writeFileSync(`${file}.${dead.token}`, JSON.stringify({ ...dead, token: "11ee" }));
    assert.deepEqual(takeLock(file).tookOverFrom, dead);
    assert.deepEqual(readdirSync(folder), ["ci.lock"]);
  });

  it("is not replaced when another process took it over since it was read", () => {
    writeFileSync(file, JSON.stringify(dead));
    const other = thisProcess();
    // Whoever asks whether the owner lives has read the lock, and not yet replaced it.
    const whileAsked = (owner: Owner): boolean => {
      if (owner.token !== dead.token) return true;
      writeFileSync(file, JSON.stringify(other));
      return false;
    };
    assert.throws(
      () => takeLock(file, whileAsked),
      (error: Held) => error.owner.token === other.token,
    );
    assert.deepEqual(readOwner(file), other);
  });

  it("is not removed by an owner from whom it was taken over", () => {
    const lock = takeLock(file);
    const second = takeLock(file, nobodyLives);
    lock.release();
    assert.equal(readOwner(file)?.pid, process.pid);
    second.release();
    assert.equal(readOwner(file), undefined);
  });

  it("is refused when its file names no owner", () => {
    writeFileSync(file, "42");
    assert.throws(
      () => takeLock(file),
      new Problem(`${file}: expected the owner of a lock, got "42"; remove the file`),
    );
    assert.equal(readFileSync(file, "utf8"), "42");
  });
});

describe("the lock of a namespace", () => {
  it("keeps other clones out, too", () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-lock-"));
    const [one, other] = ["one", "other"].map((name) => ({ privateFolder: join(folder, name) })) as [
      Pick<Project, "privateFolder">,
      Pick<Project, "privateFolder">,
    ];
    const namespace = `unit-${process.pid}`;
    const progress = recordedProgress();
    const lock = lockNamespace(one, namespace, progress);
    for (const project of [one, other]) {
      assert.throws(
        () => lockNamespace(project, namespace, progress),
        (error: Problem) =>
          error.message.startsWith(`ci: another run of ${namespace} is at work, got process ${process.pid} `),
      );
    }
    lock.release();
    lockNamespace(other, namespace, progress).release();
    assert.deepEqual(progress.lines, []);
    rmSync(folder, { recursive: true });
  });
});

describe("the owner of a lock", () => {
  it("lives as long as the process that took it", () => {
    const mine = thisProcess();
    assert.equal(ownerLives(mine), true);
    // Another process that was given the same id.
    assert.equal(ownerLives({ ...mine, started: "1" }), false);
    assert.equal(ownerLives({ ...mine, pid: 4_194_305 }), false);
  });

  it("may live on another machine or in another container, but not after a restart", () => {
    const mine = { ...thisProcess(), pid: 4_194_305 };
    assert.equal(ownerLives({ ...mine, machine: "elsewhere" }), true);
    assert.equal(ownerLives({ ...mine, pids: "pid:[1]" }), true);
    assert.equal(ownerLives({ ...thisProcess(), boot: "before" }), false);
    assert.equal(
      namespaceHeld("notes-ci", { ...dead, machine: "desk 1" }, "/notes/ci.lock", { machine: "lap 2" }),
      "ci: another run of notes-ci is at work, got process 4711 on desk or in another container since 2026-01-02 03:04; wait until it ends, remove /notes/ci.lock if that process is dead, or set WORKSPACE_ID to run beside it",
    );
  });

  it("is named in the error", () => {
    assert.equal(
      namespaceHeld("notes-ci", dead, "/notes/ci.lock"),
      "ci: another run of notes-ci is at work, got process 4711 since 2026-01-02 03:04; wait until it ends, or set WORKSPACE_ID to run beside it",
    );
    assert.equal(
      tookOver("notes-ci", 4711),
      "ci: removing what an earlier run of notes-ci left, whose process 4711 died before it was done",
    );
  });
});
