import { readFileSync } from "node:fs";

/** The default branch where neither GitHub nor git names one. */
const usualBranch = "main";

/** The arguments by which git reports the default branch of the repository that this is a clone of: `origin/main`. */
export const askRemoteHead = ["symbolic-ref", "--short", "refs/remotes/origin/HEAD"] as const;

/**
 * The repository's default branch: as the event says that a workflow of GitHub Actions runs for, else as git knows it.
 *
 * `remoteHead` is git's answer to `askRemoteHead`, undefined where it has none.
 */
export function defaultBranchOf(
  { GITHUB_EVENT_PATH: path = "" }: NodeJS.ProcessEnv,
  remoteHead: string | undefined,
): string {
  return eventsDefaultBranch(path) ?? remoteHead?.replace(/^origin\//, "") ?? usualBranch;
}

function eventsDefaultBranch(path: string): string | undefined {
  try {
    const { repository } = JSON.parse(readFileSync(path, "utf8")) as {
      repository?: { default_branch?: string };
    };
    return repository?.default_branch;
  } catch {
    return undefined; // not in GitHub Actions
  }
}
