import { execa } from "execa";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../cli/problem.ts";

/** All files of the project that git knows of, or would. */
export async function filesOfProject(root: string): Promise<string[]> {
  const files = await git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  return files.filter((file) => existsSync(join(root, file)));
}

/** The files that differ from where this branch left main, with those that are not committed. */
export async function changedFiles(root: string): Promise<Set<string>> {
  const base = (await mergeBase(root, "main")) ?? (await mergeBase(root, "origin/main"));
  if (base === undefined) {
    throw new Problem(
      "--changed: expected a branch main to compare with, got none; fetch it with git fetch origin main:main",
    );
  }
  const changed = await Promise.all([
    git(root, "diff", "-z", "--name-only", base),
    git(root, "ls-files", "-z", "--others", "--exclude-standard"),
  ]);
  return new Set(changed.flat());
}

async function mergeBase(root: string, branch: string): Promise<string | undefined> {
  const { exitCode, stdout } = await execa("git", ["merge-base", "HEAD", branch], {
    cwd: root,
    reject: false,
    timeout: 60_000,
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Returns the lines that git lists. */
async function git(root: string, ...args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("git", args, { cwd: root, timeout: 60_000 });
  return stdout.split("\0").filter((path) => path !== "");
}
