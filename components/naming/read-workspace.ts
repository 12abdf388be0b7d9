import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { Workspace } from "./workspace.ts";

/** A working copy, and what a person should know of how it was found. */
export type FoundWorkspace = Workspace & {
  /** The reason that no branch was found; undefined when one was. */
  readonly warning?: string;
};

/**
 * The working copy that a project's folder is.
 *
 * `BRANCH_NAME` and `WORKSPACE_ID` say it; else git's own files do, which are read: git itself is not run, it may not be
 * there, and refuses folders of other owners. Throws an InputError for a variable that is set and empty, as workflows
 * leave it that put a value in which they do not have.
 */
export function readWorkspace(folder: string, variables: NodeJS.ProcessEnv = process.env): FoundWorkspace {
  const path = realpathSync.native(folder);
  const branch = given("BRANCH_NAME", "the name of a branch", variables);
  const workspaceId = given("WORKSPACE_ID", "a text", variables);
  const id = workspaceId === undefined ? {} : { workspaceId };
  if (branch !== undefined) return { branch, ...id, path, source: "variables" };
  const found = branchOf(path);
  if ("branch" in found) return { branch: found.branch, ...id, path, source: "git" };
  return { ...id, path, source: "path", warning: found.warning };
}

function given(name: string, what: string, variables: NodeJS.ProcessEnv): string | undefined {
  const value = variables[name];
  if (value?.trim() !== "") return value;
  throw new InputError([`${name}: expected ${what}, got ${show(value)}; set it, or unset it to go by git`]);
}

/** The branch that is checked out in the folder or one above it, from `.git/HEAD`. */
function branchOf(folder: string): { branch: string } | { warning: string } {
  const git = above(folder, ".git");
  if (git === undefined) return unknown(`expected a git repository, got no .git in ${folder} or above`);
  const line = firstLine(git) ?? "";
  // In a worktree or a submodule, `.git` is a file that says where the folder is.
  const pointed = line.startsWith("gitdir: ") ? resolve(dirname(git), line.slice("gitdir: ".length)) : git;
  const head = firstLine(join(pointed, "HEAD"));
  if (head === undefined) {
    const got = pointed === git ? "a folder without HEAD" : `"${line}", where no HEAD is`;
    return unknown(`expected a git repository at ${git}, got ${got}`);
  }
  // Where git keeps its references in tables, HEAD says `.invalid`, which no branch can be called.
  const branch = /^ref: refs\/heads\/(?!\.invalid$)(.+)$/.exec(head)?.[1];
  return branch === undefined ? unknown(`expected HEAD to be on a branch, got ${show(head)}`) : { branch };
}

/** The folder of the git repository that a folder is in; undefined when it is in none. */
export function repositoryOf(folder: string): string | undefined {
  const git = above(folder, ".git");
  return git && dirname(git);
}

function unknown(problem: string): { warning: string } {
  return {
    warning: `namespace: ${problem}; the folder alone tells it now, check out a branch or set BRANCH_NAME`,
  };
}

/** The path of that name in the folder, or in the nearest one above it. */
function above(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return path;
  return dirname(folder) === folder ? undefined : above(dirname(folder), name);
}

/** The first line of a file; undefined when it is none, or cannot be read. */
function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").split("\n", 1)[0]?.trimEnd();
  } catch {
    return undefined;
  }
}
