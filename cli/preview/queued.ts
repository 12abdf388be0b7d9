import { UserError } from "../../components/input/user-error.ts";
import { isPreview, previewStack, pullRequestOf } from "../../components/naming/namespace.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import { withPreview } from "../comment/preview-line.ts";
import { editComment } from "../comment/put-comment.ts";
import type { Repository } from "../github/deployments.ts";
import { readPullRequest } from "../github/pull-requests.ts";
import { isReleased } from "../github/released-commits.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { namespaceOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { activatorOn } from "./activator.ts";
import { noRepository, repositoryOf, sharedSettings } from "./shared.ts";
import { previewFacts } from "./facts.ts";
import { previewUp, previewUpInWords } from "./up.ts";

/** A preview that waited for room, and what became of it. */
export interface Queued {
  readonly stack: string;
  readonly result: "runs" | "removed" | "superseded" | "waits" | "failed";
  /** The same in words, or why not. */
  readonly said: string;
}

/**
 * Brings those previews up that wait for room, where their turn has come, one after the other.
 *
 * @throws Problem when the settings name no repository
 * @throws HostProblem when the host of the previews cannot be reached
 */
export async function previewUpQueued(progress: Progress, project: Project): Promise<readonly Queued[]> {
  const settings = sharedSettings(project);
  const repository = await repositoryOf(settings, progress, project);
  if (repository === undefined) throw new Problem(noRepository);
  const results: Queued[] = [];
  for (const { stack, place } of await waitingOn(settings, progress, project)) {
    results.push(await upAtTurn({ stack, place }, repository, progress, project));
  }
  return results;
}

/** Tells whether nothing failed. */
export function isUnbroken(queued: readonly Queued[]): boolean {
  return queued.every(({ result }) => result !== "failed");
}

/** Says what became of each. */
export function queuedInWords(queued: readonly Queued[]): string {
  return queued.map(({ said }) => said).join("\n") || "no preview waits for room";
}

interface Waiting {
  readonly stack: string;
  /** Its place in the queue; undefined when its turn has come. */
  readonly place: number | undefined;
}

async function waitingOn(
  { gateway }: PreviewSettings,
  progress: Progress,
  project: Project,
): Promise<readonly Waiting[]> {
  const call = await callFor("config", gateway, progress, project);
  const connection = await openHost(call, run, progress);
  const state = await (await activatorOn(connection, project))?.("state");
  if (state === undefined || state.queue.length === 0) return [];
  const { queue, turn } = state;
  // A name in the queue may be cut: the stack is the one that is called so.
  const stacks = (await listStacks(project, process.env, run)).map(({ stack }) => stack).filter(isPreview);
  return queue.flatMap((namespace, index) => {
    const stack = stacks.find((one) => namespaceOf(project, one) === namespace);
    if (stack === undefined) return [];
    return [{ stack, place: turn.includes(namespace) ? undefined : index + 1 }];
  });
}

async function upAtTurn(
  { stack, place }: Waiting,
  repository: Repository,
  progress: Progress,
  project: Project,
): Promise<Queued> {
  const left = (said: string): Queued => ({ stack, result: "waits", said: `${stack}: ${said}` });
  if (place !== undefined) return left(`waits for room, as number ${place} of the queue`);
  const number = pullRequestOf(stack);
  if (number === undefined)
    return left("its turn has come; bring it up with npx towpath preview up --branch <branch>");
  const found = await readPullRequest(repository, number);
  if (found?.isOpen !== true) return left("its pull request is closed; npx towpath sweep removes it");
  const { commit } = found;
  if (found.isFork && !(await isReleased(repository, commit)))
    return left("its newest commit is a fork's, and nobody has released it");
  const variant = stack.slice(previewStack(number).length + 1);
  const wish = { pullRequest: number, commit, ...(variant !== "" && { variant }) };
  try {
    const done = await previewUp(wish, progress, project);
    if (variant === "") await sayInComment({ stack, number }, repository, progress, project);
    return { stack, result: done.state, said: previewUpInWords(done) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { stack, result: "failed", said: `${stack}: ${error.message}` };
  }
}

/** Says in the pull request's comment that the preview waits no longer. */
async function sayInComment(
  { stack, number }: { readonly stack: string; readonly number: number },
  repository: Repository,
  progress: Progress,
  project: Project,
): Promise<void> {
  const facts = await previewFacts(stack, progress, project);
  if (facts === undefined) return;
  const at = new Date().toISOString();
  const of = { project: project.name, pullRequest: number };
  await editComment(of, (text) => withPreview(text, facts, at), repository);
}
