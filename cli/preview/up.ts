import { beginDeployment, endDeployment, type Repository } from "../github/deployments.ts";
import { ended } from "../github/release-end.ts";
import { readPullRequest, type PullRequest } from "../github/pull-requests.ts";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";
import { alone, onceUnlocked } from "./alone.ts";
import { remove } from "./down.ts";
import { noRepository, repositoryOf, sharedSettings } from "./shared.ts";
import { bringUp, type Source } from "./stack.ts";
import { stackFor, type PreviewWish } from "./wish.ts";

/** The result of `towpath preview up`. */
export interface PreviewUp {
  readonly stack: string;
  readonly commit: string;
  /** `removed`: its pull request was closed meanwhile. `superseded`: a newer commit was pushed, whose run is to come. */
  readonly state: "runs" | "removed" | "superseded";
  readonly url?: string;
  readonly seconds: number;
}

/**
 * Brings a preview up, and tells GitHub of it as a deployment. Its pull request is asked before and after: the preview of
 * one that was closed meanwhile is taken away again.
 *
 * @throws Problem when the pull request is not open, or the release fails
 */
export async function previewUp(wish: PreviewWish, progress: Progress, project: Project): Promise<PreviewUp> {
  const began = Date.now();
  const stack = stackFor(wish);
  const settings = sharedSettings(project);
  return alone(stack, progress, project, async () => {
    const repository = await repositoryOf(settings, progress, project);
    const seconds = (): number => Math.round((Date.now() - began) / 100) / 10;
    const late = repository && (await lateness(wish, repository));
    if (late !== undefined) {
      const { commit = "" } = wish;
      if (late === "removed") await remove(stack, repository, progress, project);
      return { stack, commit, state: late, seconds: seconds() };
    }
    const source = await sourceOf(wish, repository);
    const { commit } = source;
    const deployment =
      repository && beginDeployment(repository, { environment: stack, commit, isTransient: true });
    // Told while the release begins: nobody waits for it.
    deployment?.catch(() => undefined);
    const end = await ended(() =>
      onceUnlocked(stack, progress, () => bringUp(stack, source, progress, project)),
    );
    if (repository !== undefined && (await isGone(repository, wish))) {
      await deployment;
      await remove(stack, repository, progress, project);
      return { stack, commit, state: "removed", seconds: seconds() };
    }
    const begun = await deployment;
    if (repository !== undefined && begun !== undefined) await endDeployment(repository, begun, end.said);
    return { stack, commit, state: "runs", url: end.url(), seconds: seconds() };
  });
}

/** Says what was done. */
export function previewUpInWords({ stack, commit, state, url, seconds }: PreviewUp): string {
  const short = commit.slice(0, 12);
  if (state === "superseded")
    return `${stack}: ${short} is no longer the newest commit; it is left to the newer one's run`;
  if (state === "removed") return `${stack}: its pull request was closed meanwhile; it was removed again`;
  return `${stack}: ${short} runs at ${url ?? ""}, after ${seconds} s`;
}

/** What became of a pull request while this run waited for another one, where that is against bringing its preview up. */
async function lateness(
  wish: PreviewWish,
  repository: Repository,
): Promise<"removed" | "superseded" | undefined> {
  if ("branch" in wish || wish.isNewest !== true) return undefined;
  const found = await readPullRequest(repository, wish.pullRequest);
  if (found?.isOpen !== true) return "removed";
  return found.commit === wish.commit ? undefined : "superseded";
}

/** The commit that is wanted, or the newest of the pull request or branch. */
async function sourceOf(wish: PreviewWish, repository: Repository | undefined): Promise<Source> {
  const { commit } = wish;
  if (repository === undefined) {
    if (commit === undefined) throw new Problem(noRepository);
    return { commit, isFork: false };
  }
  if ("branch" in wish) return { commit: commit ?? (await newestOf(repository, wish.branch)), isFork: false };
  const { pullRequest: number } = wish;
  const found = await readPullRequest(repository, number);
  if (found?.isOpen !== true) throw new Problem(notOpen(repository, number, found));
  const { isFork } = found;
  if (isFork && commit === undefined) throw new Problem(forkNeedsCommit(number, found.commit));
  return { commit: commit ?? found.commit, isFork };
}

async function newestOf({ client, name }: Repository, branch: string): Promise<string> {
  const answer = await client.ask("GET /repos/{owner}/{repo}/branches/{branch}", { ...name, branch });
  if (answer !== undefined) return answer.data.commit.sha;
  throw new Problem(
    `--branch: expected a branch of ${name.owner}/${name.repo}, got ${JSON.stringify(branch)}; push it first`,
  );
}

/** Says that there is no pull request to look at. */
export function notOpen(
  { name: { owner, repo } }: Pick<Repository, "name">,
  number: number,
  found: PullRequest | undefined,
): string {
  const got = found === undefined ? "none" : "one that is closed";
  return `preview up: expected an open pull request ${number} of ${owner}/${repo}, got ${got}; take the number of one that is open`;
}

/** Says that nobody has agreed to a fork's code. */
export function forkNeedsCommit(number: number, commit: string): string {
  return `preview up: expected a commit that you have looked at, as pull request ${number} comes from a fork, got none; add --commit ${commit} once you have`;
}

/** True when the pull request is no longer open. */
async function isGone(repository: Repository, wish: PreviewWish): Promise<boolean> {
  if ("branch" in wish) return false;
  return (await readPullRequest(repository, wish.pullRequest))?.isOpen !== true;
}
