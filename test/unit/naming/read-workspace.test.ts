import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readWorkspace } from "../../../components/naming/read-workspace.ts";
import { messageOf } from "../assert-refused.ts";

describe("the working copy", () => {
  let root: string;
  let folder: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "towpath-workspace-")));
    folder = join(root, "notes");
    mkdirSync(folder);
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const here = (variables: NodeJS.ProcessEnv = {}) => readWorkspace(folder, variables);
  const fix = "the folder alone tells it now, check out a branch or set BRANCH_NAME";

  it("is determined by git's HEAD, as it is written", () => {
    for (const branch of ["main", "feature/auth-v2", "Ünïcode/..--$(rm)", `${"x".repeat(199)}a`]) {
      write("notes/.git/HEAD", `ref: refs/heads/${branch}\n`);
      assert.deepEqual(here(), { branch, path: folder, source: "git" });
    }
  });

  it("is determined by the repository above a project that is a part of it, through links", () => {
    write(".git/HEAD", "ref: refs/heads/main\n");
    symlinkSync(folder, join(root, "link"));
    assert.deepEqual(readWorkspace(join(root, "link"), {}), {
      branch: "main",
      path: folder,
      source: "git",
    });
  });

  it("is determined by a worktree's own HEAD", () => {
    write("main/.git/HEAD", "ref: refs/heads/main\n");
    write("main/.git/worktrees/notes/HEAD", "ref: refs/heads/fix\n");
    for (const pointer of [join(root, "main/.git/worktrees/notes"), "../main/.git/worktrees/notes"]) {
      write("notes/.git", `gitdir: ${pointer}\n`);
      assert.equal(here().branch, "fix");
    }
  });

  it("is determined by BRANCH_NAME and WORKSPACE_ID before git", () => {
    write("notes/.git/HEAD", "ref: refs/heads/main\n");
    assert.deepEqual(here({ BRANCH_NAME: "fix", WORKSPACE_ID: "7" }), {
      ...{ branch: "fix", workspaceId: "7" },
      ...{ path: folder, source: "variables" },
    });
    assert.deepEqual(here({ BRANCH_NAME: "fix" }), { branch: "fix", path: folder, source: "variables" });
  });

  it("has git's branch with a WORKSPACE_ID alone", () => {
    write("notes/.git/HEAD", "ref: refs/heads/main\n");
    assert.deepEqual(here({ WORKSPACE_ID: "7" }), {
      ...{ branch: "main", workspaceId: "7" },
      ...{ path: folder, source: "git" },
    });
  });

  it("is refused for variables that are set and empty", () => {
    for (const empty of ["", "  "]) {
      assert.equal(
        messageOf(() => here({ BRANCH_NAME: empty })),
        `BRANCH_NAME: expected the name of a branch, got "${empty}"; set it, or unset it to go by git`,
      );
      assert.equal(
        messageOf(() => here({ WORKSPACE_ID: empty })),
        `WORKSPACE_ID: expected a text, got "${empty}"; set it, or unset it to go by git`,
      );
    }
  });

  /** Asserts that the folder alone tells the working copy, with this problem as the reason. */
  function assertUntold(problem: string): void {
    const warning = `namespace: ${problem}; ${fix}`;
    assert.deepEqual(here(), { path: folder, source: "path", warning });
    assert.deepEqual(here({ WORKSPACE_ID: "7" }), {
      ...{ workspaceId: "7", path: folder },
      ...{ source: "path", warning },
    });
  }

  it("is determined by its folder alone on a detached HEAD", () => {
    write("notes/.git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
    assertUntold('expected HEAD to be on a branch, got "0123456789abcdef0123456789abcdef01234567"');
  });

  it("is determined by its folder alone when git keeps its references in tables", () => {
    write("notes/.git/HEAD", "ref: refs/heads/.invalid\n");
    assertUntold('expected HEAD to be on a branch, got "ref: refs/heads/.invalid"');
  });

  it("is determined by its folder alone without git", () => {
    assertUntold(`expected a git repository, got no .git in ${folder} or above`);
  });

  it("is determined by its folder alone when .git leads nowhere, or is empty", () => {
    write("notes/.git", "gitdir: /nowhere/at/all\n");
    assertUntold(
      `expected a git repository at ${folder}/.git, got "gitdir: /nowhere/at/all", where no HEAD is`,
    );
    rmSync(join(folder, ".git"));
    mkdirSync(join(folder, ".git"));
    assertUntold(`expected a git repository at ${folder}/.git, got a folder without HEAD`);
  });
});
