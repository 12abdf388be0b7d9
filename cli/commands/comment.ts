import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryNameOf } from "../../components/github/facts.ts";
import type { SharedGateway } from "../../components/gateway/shared-gateway.ts";
import { UserError } from "../../components/input/user-error.ts";
import { previewStack } from "../../components/naming/namespace.ts";
import type { CommentFacts, PreviewFacts, PreviewState } from "../comment/facts.ts";
import { putComment, type OnRepository } from "../comment/put-comment.ts";
import { renderComment } from "../comment/render.ts";
import { githubClient, onGithub } from "../github/access.ts";
import type { StackPlan } from "../plan/stack-plan.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { CheckedPreview } from "../preview/check.ts";
import { roomOf, type PreviewRoom } from "../preview/sleep.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { stackOutputs } from "../pulumi/state.ts";
import { callFor } from "../stack/call.ts";
import { environmentFacts } from "../stack/facts.ts";
import { settingsFileOf } from "../stack/settings-file.ts";
import { previewSettings } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { withMeasurements } from "./measured-plan.ts";
import { planWithDrift } from "./plan.ts";

/** What is commented. */
export interface CommentWish {
  /** The files with plans. */
  readonly plan?: readonly string[];
  /** The file with the results of the preview's checks. */
  readonly checks?: string;
  readonly state?: PreviewState;
  /** The file for the whole text. */
  readonly text?: string;
  /** True to leave GitHub alone. */
  readonly print?: boolean;
}

/** The result of `towpath comment`. */
export interface Commented {
  readonly pullRequest: number;
  /** The comment's address; left out where GitHub was left alone. */
  readonly address?: string;
  readonly text: string;
  /** True when something had to be left out. */
  readonly isCut: boolean;
}

/**
 * Writes the one comment of this project on a pull request, from the preview's state and from plans.
 *
 * @throws Problem when a file holds no plan, or no repository is named
 */
export async function comment(
  number: number,
  wish: CommentWish,
  progress: Progress,
  project: Project,
): Promise<Commented> {
  const checked = wish.checks === undefined ? undefined : readChecks(wish.checks);
  const preview = await previewFacts(previewStack(number), wish.state, progress, project);
  const merging = wish.plan?.map(readPlan) ?? (await plans(progress, project));
  const facts: CommentFacts = {
    ...{ project: project.name, pullRequest: number, at: new Date().toISOString(), merging },
    ...(preview !== undefined && { preview }),
    ...(checked !== undefined && { checks: checksOf(checked, preview) }),
    ...wholeText(wish, process.env),
  };
  if (wish.text !== undefined) writeFileSync(wish.text, `${renderComment(facts, Infinity).text}\n`);
  const rendered = renderComment(facts);
  if (wish.print === true) return { pullRequest: number, ...rendered };
  const address = await putComment(facts, await repository(number, progress, project));
  return { pullRequest: number, address, ...rendered };
}

/** Says where the comment is, or what it says where it is nowhere. */
export function commentInWords({ pullRequest, address, text }: Commented): string {
  return address === undefined ? text : `pull request ${pullRequest}: ${address}`;
}

/** The plans of what merging does: for production as if staging had proved it. */
async function plans(progress: Progress, project: Project): Promise<StackPlan[]> {
  const stacks = ["staging", "production"].filter((stack) =>
    existsSync(join(project.root, settingsFileOf(stack))),
  );
  const planned = await Promise.all(
    stacks.map((stack) => planWithDrift({ stack, asIfProven: stack === "production" }, progress, project)),
  );
  // One after the other: what is measured beside something else takes longer.
  const measured: StackPlan[] = [];
  for (const plan of planned) measured.push(await withMeasurements(plan, progress, project));
  return measured;
}

function readPlan(file: string): StackPlan {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Partial<StackPlan>;
    if (typeof read.stack === "string" && Array.isArray(read.resources)) return read as StackPlan;
  } catch {
    // Said below.
  }
  throw new Problem(noPlan(file));
}

/** Says that a file is none that was written for this. */
export function noPlan(file: string): string {
  return `--plan: expected a plan, got ${JSON.stringify(file)}; write it with npx towpath plan --stack staging --json > ${file}`;
}

function readChecks(file: string): CheckedPreview {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Partial<CheckedPreview>;
    if (typeof read.stack === "string" && Array.isArray(read.checks)) return read as CheckedPreview;
  } catch {
    // Said below.
  }
  throw new Problem(noChecks(file));
}

/** Says that a file holds no results of checks. */
export function noChecks(file: string): string {
  return `--checks: expected results of checks, got ${JSON.stringify(file)}; write them with npx towpath preview check 12 --to checks`;
}

/** The results that are about what runs: those of an older commit say nothing of it. */
function checksOf(
  { stack, commit, checks }: CheckedPreview,
  preview: PreviewFacts | undefined,
): CheckedPreview["checks"] {
  return preview?.stack === stack && preview.commit === commit ? checks : [];
}

/** The preview as its state has it; undefined where there is none and nothing is said of it. */
async function previewFacts(
  stack: string,
  state: PreviewState | undefined,
  progress: Progress,
  project: Project,
): Promise<PreviewFacts | undefined> {
  const stacks = await listStacks(project, process.env, run);
  const found = stacks.find((one) => one.stack === stack);
  if (found === undefined) return state && { stack, state, address: undefined };
  const viewpoint = { project, given: process.env, engineAnswers: false };
  const { address, changed } = await environmentFacts(found, viewpoint, run);
  const { release } = stackOutputs(found.deployment) as { release?: { commit?: string } };
  return {
    ...{ stack, address },
    ...(state === undefined ? await stateOnHost(stack, stacks, progress, project) : { state }),
    ...(release?.commit !== undefined && { commit: release.commit }),
    ...(changed !== undefined && { since: changed }),
  };
}

/** The state of a preview whose host gives previews room: asleep, or waiting; running where it has no such host, or that is away. */
async function stateOnHost(
  stack: string,
  stacks: readonly StackState[],
  progress: Progress,
  project: Project,
): Promise<Pick<PreviewFacts, "state" | "words">> {
  const settings = previewSettings(project);
  const shared = "gateway" in settings ? stacks.find((one) => one.stack === settings.gateway) : undefined;
  const { gateway } = stackOutputs(shared?.deployment) as {
    gateway?: Partial<SharedGateway>;
  };
  if (gateway?.activator === undefined) return { state: "running" };
  const room = await roomOf(stack, progress, project).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  return stateByRoom(room);
}

/** The state of a preview by its room on the host. */
export function stateByRoom({ awake, place }: PreviewRoom = {}): Pick<PreviewFacts, "state" | "words"> {
  if (place === undefined) return { state: awake === false ? "asleep" : "running" };
  const before = place === 1 ? "it is the next" : `${place - 1} ${place === 2 ? "is" : "are"} before it`;
  return { state: "waiting", words: `the host is full; ${before}` };
}

/** The address of the run in GitHub Actions, which keeps the whole text. */
function wholeText(
  { text }: CommentWish,
  { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: id }: NodeJS.ProcessEnv,
): Pick<CommentFacts, "wholeText"> {
  if (text === undefined || server === undefined || name === undefined || id === undefined) return {};
  return { wholeText: `${server}/${name}/actions/runs/${id}#artifacts` };
}

async function repository(number: number, progress: Progress, project: Project): Promise<OnRepository> {
  const on = onGithub(previewSettings(project));
  if (on === undefined) throw new Problem(noRepository);
  const call = () => callFor("config", previewStack(number), progress, project);
  return { client: await githubClient(on, call, progress, run), name: repositoryNameOf(on.repository) };
}

/** Says that there is no repository to comment in. */
export const noRepository =
  'towpath:github: expected the repository whose pull requests are commented on, got nothing; set it in Pulumi.preview.yaml, for example { "repository": "octocat/notes" }, or say --print';
