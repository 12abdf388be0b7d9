import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { askRemoteHead, defaultBranchOf } from "./default-branch.ts";

/** The commit that is checked out in a folder; what git says when there is none. */
export async function checkedOutCommit(
  folder = process.cwd(),
): Promise<{ commit: string } | { problem: string }> {
  try {
    return { commit: await git(folder, "rev-parse", "HEAD") };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { problem: (stderr ?? message).trim().split("\n", 1)[0] ?? "" };
  }
}

/** The tags of a commit, newest first; none where git does not know it. */
export async function tagsOf(commit: string, folder = process.cwd()): Promise<readonly string[]> {
  const tags = await git(folder, "tag", "--points-at", commit, "--sort=-creatordate").catch(() => "");
  return tags.split("\n").filter((tag) => tag !== "");
}

/** The remote's default branch, such as `origin/main`; undefined where git does not know it. */
export function remoteHead(folder = process.cwd()): Promise<string | undefined> {
  return git(folder, ...askRemoteHead).catch(() => undefined);
}

/** The repository's default branch, as GitHub's event or git knows it. */
export async function defaultBranch(folder = process.cwd()): Promise<string> {
  return defaultBranchOf(process.env, await remoteHead(folder));
}

/** Longer than git takes for what it reads from its own files, in milliseconds. */
const patience = 10_000;

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { timeout: patience });
  return stdout.trim();
}
