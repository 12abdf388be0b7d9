import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originOf, type Origin } from "../../../../cli/ci/origin.ts";
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

  /**
   * Returns the origin that is found with these answers of git; the working tree is clean unless they say otherwise.
   */
  async function origin(git: Answers, given: NodeJS.ProcessEnv = {}): Promise<Origin> {
    const start = `git -C ${project.root}`;
    const none = { code: 128, stderr: "fatal" };
    const asked = {
      "rev-parse HEAD": {},
      "status --porcelain": {},
      "symbolic-ref --short refs/remotes/origin/HEAD": none,
      "remote get-url origin": none,
      ...git,
    };
    const { run, calls } = fakeRun(
      Object.fromEntries(Object.entries(asked).map(([args, answer]) => [`${start} ${args}`, answer])),
    );
    const found = await originOf(project, run, given, new Date("2026-06-01T12:34:56.789Z"));
    assert.deepEqual(
      calls,
      Object.keys(asked).map((args) => `${start} ${args}`),
    );
    return found;
  }

  const head = { "rev-parse HEAD": { stdout: "abc123\n" } };
  const time = "2026-06-01T12:34:56Z";

  it("is the commit, the branch, the version of package.json and the time", async () => {
    assert.deepEqual(await origin(head, { BRANCH_NAME: "feature/a" }), {
      ...{ commit: "abc123", branch: "feature/a", isDefault: false, version: "1.2.3", time },
    });
  });

  it("shows that the working tree differs from the commit, and is then not of the default branch", async () => {
    const changed = { ...head, "status --porcelain": { stdout: " M application.ts\n" } };
    assert.deepEqual(await origin(changed, { BRANCH_NAME: "main" }), {
      ...{ commit: "abc123-dirty", branch: "main", isDefault: false, version: "1.2.3", time },
    });
  });

  it("has the default branch from GitHub's event, then from git, and main otherwise", async () => {
    const remote = { ...head, "symbolic-ref --short refs/remotes/origin/HEAD": { stdout: "origin/trunk\n" } };
    const event = join(project.root, "event.json");
    writeFileSync(event, '{ "repository": { "default_branch": "develop" } }');
    for (const [git, given, branch] of [
      [head, {}, "main"],
      [remote, {}, "trunk"],
      [remote, { GITHUB_EVENT_PATH: event }, "develop"],
    ] as const) {
      assert.equal((await origin(git, { ...given, BRANCH_NAME: branch })).isDefault, true, branch);
      assert.equal((await origin(git, { ...given, BRANCH_NAME: "other" })).isDefault, false, branch);
    }
  });

  it("has the branch that GitHub Actions names when none is checked out", async () => {
    const found = await origin(head, { GITHUB_REF_NAME: "feature/a" });
    assert.equal(found.branch, "feature/a");
    const both = await origin(head, { BRANCH_NAME: "b", GITHUB_REF_NAME: "a" });
    assert.equal(both.branch, "b");
  });

  it("does not mistake a tag for the branch of the same name (001-14)", async () => {
    const found = await origin(head, { GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "main" });
    assert.deepEqual([found.branch, found.isDefault], [undefined, false]);
  });

  it("has the number of GitHub's run, and the page of the repository without a password", async () => {
    const found = await origin(head, {
      GITHUB_RUN_NUMBER: "42",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "owner/notes",
    });
    assert.deepEqual([found.number, found.source], ["42", "https://github.com/owner/notes"]);
    for (const remote of [
      "https://me:secret@example.com/owner/notes.git",
      "git@example.com:owner/notes.git",
      "ssh://git@example.com:2222/owner/notes",
    ]) {
      const { source } = await origin({ ...head, "remote get-url origin": { stdout: `${remote}\n` } });
      assert.equal(source, "https://example.com/owner/notes", remote);
    }
    const { source } = await origin({ ...head, "remote get-url origin": { stdout: "/srv/notes.git\n" } });
    assert.equal(source, undefined);
  });

  it("has no commit without git, and no version when package.json has none", async () => {
    const none = { code: 128, stderr: "fatal: not a git repository" };
    const without = { "rev-parse HEAD": none, "status --porcelain": none };
    assert.deepEqual(await origin(without), { isDefault: false, version: "1.2.3", time });
    writeFileSync(join(project.root, "package.json"), "{}");
    assert.deepEqual(await origin(without), { isDefault: false, time });
    rmSync(join(project.root, "package.json"));
    assert.deepEqual(await origin(without), { isDefault: false, time });
  });
});
