import { isPreview, pullRequestOf } from "../../components/naming/namespace.ts";
import type { Repository } from "../github/deployments.ts";
import { readPullRequest } from "../github/pull-requests.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { stackOutputs } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";
import { repositoryOf, sharedSettings } from "./shared.ts";

/** A preview that has a state. */
export interface ListedPreview {
  readonly stack: string;
  /** The commit that it runs; left out while none was released. */
  readonly commit?: string;
  readonly address?: string;
  /** The state of its pull request; left out where GitHub is not asked, and for a branch's. */
  readonly pullRequest?: "open" | "closed";
  /** The time when anything of it was last made or changed. */
  readonly changed?: string;
}

/** Lists the previews that have a state, by their pull requests' numbers. Changes nothing. */
export async function previewList(progress: Progress, project: Project): Promise<readonly ListedPreview[]> {
  const repository = await repositoryOf(sharedSettings(project), progress, project);
  const stacks = (await listStacks(project, process.env, run)).filter(({ stack }) => isPreview(stack));
  const listed = await Promise.all(stacks.map((one) => describe(one, repository)));
  return listed.sort((a, b) => a.stack.localeCompare(b.stack, "en", { numeric: true }));
}

async function describe(
  { stack, deployment }: StackState,
  repository: Repository | undefined,
): Promise<ListedPreview> {
  const { url, release } = stackOutputs(deployment) as { url?: string; release?: { commit?: string } };
  const changed = deployment.resources.flatMap(({ modified }) => modified ?? []).sort();
  const number = pullRequestOf(stack);
  const found =
    repository === undefined || number === undefined
      ? undefined
      : ((await readPullRequest(repository, number))?.isOpen ?? false);
  return {
    stack,
    ...(release?.commit !== undefined && { commit: release.commit }),
    ...(url !== undefined && { address: url }),
    ...(found !== undefined && { pullRequest: found ? "open" : "closed" }),
    ...(changed.length > 0 && { changed: changed.at(-1) ?? "" }),
  };
}

/** The previews as a table. */
export function previewListInWords(previews: readonly ListedPreview[]): string {
  if (previews.length === 0) return "there are no previews";
  return columns([
    ["preview", "pull request", "commit", "changed (UTC)", "address"],
    ...previews.map(({ stack, pullRequest = "-", commit, changed, address = "-" }) => [
      stack,
      pullRequest,
      commit?.slice(0, 12) ?? "-",
      changed?.slice(0, 16).replace("T", " ") ?? "-",
      address,
    ]),
  ]);
}
