import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originOf } from "../../../../cli/ci/origin.ts";
import type { Project } from "../../../../cli/project.ts";
import { fakeRun, type Answers } from "../fake-run.ts";

describe("the origin of a run's images", () => {
  let project: Project;

  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), "towpath-origin-"));
    writeFileSync(join(root, "package.json"), '{ "version": "1.2.3" }');
    project = { root } as Project;
  });
  afterEach(() => {
    rmSync(project.root, { recursive: true });
  });

  /** What is told where git answers `rev-parse` and `status` so. */
  async function origin(head: Answers[string], status: Answers[string], given: NodeJS.ProcessEnv = {}) {
    const git = `git -C ${project.root}`;
    const { run, calls } = fakeRun({
      [`${git} rev-parse HEAD`]: head,
      [`${git} status --porcelain`]: status,
    });
    const found = await originOf(project, run, given);
    assert.deepEqual(calls, [`${git} rev-parse HEAD`, `${git} status --porcelain`]);
    return found;
  }

  it("is the commit, the branch and the version of package.json", async () => {
    assert.deepEqual(await origin({ stdout: "abc123\n" }, {}, { BRANCH_NAME: "main" }), {
      commit: "abc123",
      branch: "main",
      version: "1.2.3",
    });
  });

  it("says when the working tree differs from the commit", async () => {
    assert.deepEqual(await origin({ stdout: "abc123\n" }, { stdout: " M application.ts\n" }), {
      commit: "abc123-dirty",
      version: "1.2.3",
    });
  });

  it("takes the branch that GitHub Actions names where none is checked out", async () => {
    const found = await origin({ stdout: "abc123\n" }, {}, { GITHUB_REF_NAME: "feature/a" });
    assert.equal(found.branch, "feature/a");
    const both = await origin({ stdout: "abc123\n" }, {}, { BRANCH_NAME: "b", GITHUB_REF_NAME: "a" });
    assert.equal(both.branch, "b");
  });

  it("has no commit without git", async () => {
    const none = { code: 128, stderr: "fatal: not a git repository" };
    assert.deepEqual(await origin(none, none), { version: "1.2.3" });
  });
});
