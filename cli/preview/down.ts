import { GithubError } from "../../components/github/client.ts";
import { pullRequestOf } from "../../components/naming/namespace.ts";
import { removeEnvironment, type Repository } from "../github/deployments.ts";
import { pictureBranch, removePictures } from "../github/pictures.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import type { Progress } from "../terminal/progress.ts";
import { alone, onceUnlocked } from "./alone.ts";
import { repositoryOf, sharedSettings } from "./shared.ts";
import { takeDown } from "./stack.ts";
import { stackFor, type PreviewWish } from "./wish.ts";

/** The result of `towpath preview down`. */
export interface PreviewDown {
  readonly removed: readonly {
    readonly stack: string;
    readonly deleted: number;
    readonly wasThere: boolean;
  }[];
  readonly seconds: number;
}

/** Removes a preview with all that it made, on its host and on GitHub; of a pull request without a variant, all of them. */
export async function previewDown(
  wish: Exclude<PreviewWish, "commit">,
  progress: Progress,
  project: Project,
): Promise<PreviewDown> {
  const began = Date.now();
  const repository = await repositoryOf(sharedSettings(project), progress, project);
  const removed: PreviewDown["removed"][number][] = [];
  for (const stack of await stacksOf(wish, project))
    removed.push(await alone(stack, progress, project, () => remove(stack, repository, progress, project)));
  return { removed, seconds: Math.round((Date.now() - began) / 100) / 10 };
}

/** Removes one preview, which nobody else changes meanwhile. */
export async function remove(
  stack: string,
  repository: Repository | undefined,
  progress: Progress,
  project: Project,
): Promise<PreviewDown["removed"][number]> {
  const { deleted, wasThere } = await onceUnlocked(stack, progress, () => takeDown(stack, progress, project));
  const left = repository && (await removeEnvironment(repository, stack));
  if (left !== undefined) progress.say(left);
  if (repository !== undefined) await dropPictures(repository, stack, progress, project);
  return { stack, deleted, wasThere };
}

/** Removes a preview's pictures; a token that may not leaves them to the sweep. */
async function dropPictures(
  repository: Repository,
  stack: string,
  progress: Progress,
  { application }: Project,
): Promise<void> {
  try {
    await removePictures(repository, pictureBranch(application.name, stack));
  } catch (error) {
    if (!(error instanceof GithubError) || error.status !== 403) throw error;
    progress.say(
      `GitHub keeps the pictures of ${stack}, got ${error.got}; give ${repository.client.place} a token that may write contents, or leave them to npx towpath sweep with one`,
    );
  }
}

/** Says what was removed. */
export function previewDownInWords({ removed, seconds }: PreviewDown): string {
  return removed
    .map(({ stack, deleted, wasThere }) =>
      wasThere
        ? `${stack}: removed ${deleted} resources, after ${seconds} s`
        : `${stack}: there was nothing to remove`,
    )
    .join("\n");
}

/** The stacks that are meant: the one that is named, and every variant where none is. */
async function stacksOf(wish: PreviewWish, project: Project): Promise<string[]> {
  const named = stackFor(wish);
  if ("branch" in wish || wish.variant !== undefined) return [named];
  const there = await listStacks(project, process.env, run);
  const variants = there
    .map(({ stack }) => stack)
    .filter((stack) => pullRequestOf(stack) === wish.pullRequest);
  return [...new Set([named, ...variants])];
}
