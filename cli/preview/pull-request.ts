import { readFileSync } from "node:fs";
import { parseApplication } from "../../components/application/parse.ts";
import { publishedImages } from "../../components/application/running-services.ts";
import { UserError } from "../../components/input/user-error.ts";
import { previewStack } from "../../components/naming/namespace.ts";
import { environmentRegistry } from "../../components/plan/environment-registry.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import type { TriggerSettings } from "../../components/settings/triggers.ts";
import type { Repository } from "../github/deployments.ts";
import { changedFiles, mayWrite, readPullRequest, removeLabel } from "../github/pull-requests.ts";
import { isReleased, markReleased } from "../github/released-commits.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { hostsOfStack } from "../stack/hosts.ts";
import type { Progress } from "../terminal/progress.ts";
import { decideEvent, type Decision, type EventFacts } from "./decide-event.ts";
import { previewDown } from "./down.ts";
import { publishFork } from "../fork/publish.ts";
import { readEvent, type Event } from "./event.ts";
import { noRepository, repositoryOf, sharedSettings } from "./shared.ts";
import { reported, writeReport } from "./report.ts";
import { previewUp, previewUpInWords, type PreviewUp } from "./up.ts";

/** The result of `towpath pull-request`. */
export interface Handled {
  /** The pull request's number; left out where the event is about none. */
  readonly pullRequest?: number;
  readonly decision: Decision;
  /** What became of the preview, where it was brought up. */
  readonly preview?: PreviewUp;
}

/**
 * Does what an event of a workflow asks for: it brings the preview of its pull request up or down, or leaves it.
 *
 * @param report the file for what became of the preview, for the comment
 * @throws Problem when there is no event, or it cannot be done
 */
export async function handlePullRequest(
  progress: Progress,
  project: Project,
  report?: string,
): Promise<Handled> {
  if (report !== undefined) writeReport(report, {});
  const event = givenEvent(process.env);
  if (event.kind === "none") return left(`the event ${event.name} is about no preview`);
  if (event.kind === "branch deleted") {
    await previewDown({ branch: event.branch }, progress, project);
    return { decision: { preview: "down", because: `the branch ${event.branch} was deleted` } };
  }
  const settings = sharedSettings(project);
  const repository = await repositoryOf(settings, progress, project);
  if (repository === undefined) throw new Problem(noRepository);
  const number = event.kind === "build" ? await pullRequestFrom(event, repository) : event.number;
  if (number === undefined) return left("no open pull request has that branch");
  const facts = await factsOf(event, number, settings.triggers, repository);
  const decision = decideEvent(event, facts, settings.triggers);
  progress.say(`pull request ${number}: ${decision.preview}, ${decision.because}`);
  const to = { label: settings.triggers.forkLabel, progress, project };
  const preview = await reported(
    report,
    number,
    () => carryOut(decision, { number, ...facts, by: byOf(event) }, repository, to),
    {
      isGone: (after) => facts.pullRequest?.isOpen !== true || after?.state === "removed",
      commit: facts.pullRequest?.commit,
      ...{ progress, project },
    },
  );
  return { pullRequest: number, decision, ...(preview !== undefined && { preview }) };
}

/** Says what was done. */
export function handledInWords({ pullRequest, decision, preview }: Handled): string {
  const of = pullRequest === undefined ? "" : `pull request ${pullRequest}: `;
  if (preview?.url !== undefined) return `${of}${preview.commit.slice(0, 12)} runs at ${preview.url}`;
  if (preview !== undefined) return previewUpInWords(preview);
  const done = { up: "waits for its images", down: "no preview", leave: "left as it is" }[decision.preview];
  return `${of}${done}, ${decision.because}`;
}

/** Reads the event that GitHub's runner, or a person in its place, gives. */
function givenEvent({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path }: NodeJS.ProcessEnv): Event {
  if (name === undefined || path === undefined) throw new Problem(noEvent);
  try {
    return readEvent(name, readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Problem(`GITHUB_EVENT_PATH: expected a file, got ${JSON.stringify(path)}; ${sayEvent}`);
  }
}

const sayEvent = "run this in a workflow, or use towpath preview up and down";

/** Says that nothing happened. */
export const noEvent = `GITHUB_EVENT_NAME: expected the event of a workflow, with its payload in the file GITHUB_EVENT_PATH, got nothing; ${sayEvent}`;

function left(because: string): Handled {
  return { decision: { preview: "leave", because } };
}

/** The open pull request of a fork's branch; undefined where there is none. */
async function pullRequestFrom(
  { owner, branch }: Extract<Event, { kind: "build" }>,
  { client, name }: Repository,
): Promise<number | undefined> {
  const found = await client.ask("GET /repos/{owner}/{repo}/pulls", {
    ...name,
    head: `${owner}:${branch}`,
    state: "open",
  });
  return found?.data[0]?.number;
}

async function factsOf(
  event: Event,
  number: number,
  { paths }: TriggerSettings,
  repository: Repository,
): Promise<EventFacts> {
  const pullRequest = await readPullRequest(repository, number);
  const isFork = pullRequest?.isFork === true;
  const by = byOf(event);
  return {
    pullRequest,
    mayWrite: isFork && by !== "" && (await mayWrite(repository, by)),
    isReleased: isFork && (await isReleased(repository, pullRequest.commit)),
    files: paths.length === 0 || isFork ? [] : await changedFiles(repository, number),
  };
}

function byOf(event: Event): string {
  return "by" in event ? event.by : "";
}

interface Surroundings {
  /** The label that releases a fork's commit. */
  readonly label: string;
  readonly progress: Progress;
  readonly project: Project;
}

async function carryOut(
  { preview, releases, takesLabelOff, mayWait }: Decision,
  { number, pullRequest, by }: EventFacts & { readonly number: number; readonly by: string },
  repository: Repository,
  { label, progress, project }: Surroundings,
): Promise<PreviewUp | undefined> {
  if (releases !== undefined && pullRequest !== undefined)
    await markReleased(repository, pullRequest.commit, { by, isReleased: releases });
  if (takesLabelOff === true) await removeLabel(repository, number, label);
  if (preview === "down") await previewDown({ pullRequest: number }, progress, project);
  if (preview !== "up" || pullRequest === undefined) return undefined;
  const { commit, isFork } = pullRequest;
  if (isFork && !(await publishFork(repository, commit, progress, project))) return undefined;
  if (mayWait === true && !(await isPublished(number, commit, progress, project))) return undefined;
  return previewUp({ pullRequest: number, commit, isNewest: true }, progress, project);
}

/** Tells whether all images of a commit are in the registry, or nobody can know: what is in the way, the release tells. */
async function isPublished(
  pullRequest: number,
  commit: string,
  progress: Progress,
  project: Project,
): Promise<boolean> {
  const call = await callFor("config", previewStack(pullRequest), progress, project);
  // Connections are relative to the project's folder, as for its programs.
  process.chdir(project.root);
  try {
    const { settings, credential } = await hostsOfStack(call, run);
    const registry = environmentRegistry({ settings: settings as PreviewSettings, credential });
    const names = publishedImages(parseApplication(project.application));
    const digests = await Promise.all(names.map((name) => registry.digestOf(name, commit)));
    return digests.every((digest) => digest !== undefined);
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}
