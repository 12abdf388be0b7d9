import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { UserError } from "../../components/input/user-error.ts";
import { previewStack } from "../../components/naming/namespace.ts";
import type { CommentFacts, PreviewFacts } from "../comment/facts.ts";
import { readHandedOver } from "../comment/handed-over.ts";
import { withPreviewGone } from "../comment/preview-line.ts";
import { editComment, putComment } from "../comment/put-comment.ts";
import { renderComment } from "../comment/render.ts";
import { forkFacts } from "../fork/facts.ts";
import { githubClient, onGithub } from "../github/access.ts";
import type { Repository } from "../github/deployments.ts";
import { readPullRequest } from "../github/pull-requests.ts";
import type { StackPlan } from "../plan/stack-plan.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { CheckedPreview } from "../preview/check.ts";
import { previewFacts } from "../preview/facts.ts";
import { readReport } from "../preview/report.ts";
import { callFor } from "../stack/call.ts";
import { settingsFileOf } from "../stack/settings-file.ts";
import { previewSettings } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { withMeasurements } from "./measured-plan.ts";
import { planWithDrift } from "./plan.ts";

/** What is commented. */
export interface CommentWish {
  /** The files with plans. */
  readonly plan?: readonly string[];
  /** The file that says what became of the preview. */
  readonly preview?: string;
  /** The file with the results of the preview's checks. */
  readonly checks?: string;
  /** The file for the whole text. */
  readonly text?: string;
  /** True to leave GitHub alone. */
  readonly print?: boolean;
}

/** The result of `towpath comment`. */
export interface Commented {
  /** Left out where there is nothing to comment on. */
  readonly pullRequest?: number;
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
  given: number | undefined,
  wish: CommentWish,
  progress: Progress,
  project: Project,
): Promise<Commented> {
  const report = wish.preview === undefined ? undefined : readReport(wish.preview);
  if (given === undefined && report === undefined) throw new Problem(noNumber);
  const number = given ?? report?.pullRequest;
  if (number === undefined) return { text: "the event was about no pull request", isCut: false };
  const checked = wish.checks === undefined ? undefined : readChecks(wish.checks);
  const planned = wish.plan?.map(readPlan);
  const preview =
    report === undefined ? await previewFacts(previewStack(number), progress, project) : report.preview;
  const on = await repository(number, wish, progress, project);
  const found = on && (await readPullRequest(on, number));
  if (given === undefined && on !== undefined && found === undefined)
    return { text: `pull request ${number} is no longer there`, isCut: false };
  const fork = found?.isFork === true ? found : undefined;
  const isOver = found?.isOpen === false && (preview === undefined || preview.state === "closed");
  if (isOver && on !== undefined && wish.print !== true && planned === undefined) {
    // Nobody decides on it any more: what merging does stays as it was said.
    const gone = (text: string): string => withPreviewGone(text, previewStack(number));
    const said = await editComment({ project: project.name, pullRequest: number }, gone, on);
    if (said !== undefined)
      return { pullRequest: number, address: said.address, text: said.body, isCut: false };
  }
  // A plan asks images what they would do, with all that staging knows: a fork's are never asked.
  const merging = planned ?? (fork === undefined ? await plans(progress, project) : []);
  const facts: CommentFacts = {
    ...{ project: project.name, pullRequest: number, at: new Date().toISOString(), merging },
    ...(preview !== undefined && { preview }),
    ...(checked !== undefined && { checks: checksOf(checked, preview) }),
    ...(on !== undefined && fork?.isOpen === true && { fork: await forkFacts(fork, on, project) }),
    ...wholeText(wish, process.env),
  };
  if (wish.text !== undefined) writeFileSync(wish.text, `${renderComment(facts, Infinity).text}\n`);
  const rendered = renderComment(facts);
  if (wish.print === true || on === undefined) return { pullRequest: number, ...rendered };
  return { pullRequest: number, address: await putComment(facts, on), ...rendered };
}

/** Says where the comment is, or what it says where it is nowhere. */
export function commentInWords({ pullRequest, address, text }: Commented): string {
  return pullRequest === undefined || address === undefined
    ? text
    : `pull request ${pullRequest}: ${address}`;
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
  return readHandedOver<StackPlan>(
    file,
    ({ stack, resources }) => typeof stack === "string" && Array.isArray(resources),
    noPlan(file),
  );
}

/** Says that nobody knows which pull request is meant. */
export const noNumber =
  "comment: expected a pull request's number, or the one that --preview names, got neither; for example npx towpath comment 12";

/** Says that a file is none that was written for this. */
export function noPlan(file: string): string {
  return `--plan: expected a plan, got ${JSON.stringify(file)}; write it with npx towpath plan --stack staging --json > ${file}`;
}

function readChecks(file: string): CheckedPreview {
  return readHandedOver<CheckedPreview>(
    file,
    ({ stack, checks }) => typeof stack === "string" && Array.isArray(checks),
    noChecks(file),
  );
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

/** The address of the run in GitHub Actions, which keeps the whole text. */
function wholeText(
  { text }: CommentWish,
  { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: id }: NodeJS.ProcessEnv,
): Pick<CommentFacts, "wholeText"> {
  if (text === undefined || server === undefined || name === undefined || id === undefined) return {};
  return { wholeText: `${server}/${name}/actions/runs/${id}#artifacts` };
}

/** The repository of the pull request; undefined where GitHub is left alone, and cannot be asked either. */
async function repository(
  number: number,
  { print = false }: CommentWish,
  progress: Progress,
  project: Project,
): Promise<Repository | undefined> {
  const call = () => callFor("config", previewStack(number), progress, project);
  try {
    const on = onGithub(previewSettings(project));
    if (on === undefined) throw new Problem(noRepository);
    return { client: await githubClient(on, call, progress, run), name: repositoryNameOf(on.repository) };
  } catch (error) {
    if (print && error instanceof UserError) return undefined;
    throw error;
  }
}

/** Says that there is no repository to comment in. */
export const noRepository =
  'towpath:github: expected the repository whose pull requests are commented on, got nothing; set it in Pulumi.preview.yaml, for example { "repository": "octocat/notes" }, or say --print';
