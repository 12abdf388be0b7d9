import { repositoryNameOf } from "../../components/github/facts.ts";
import { checkedOutCommit } from "../../components/plan/git-facts.ts";
import type { ReleasedSettings } from "../../components/settings/released-settings.ts";
import { githubClient, onGithub } from "../github/access.ts";
import {
  beginDeployment,
  endDeployment,
  jobsDeployment,
  type Deployment,
  type Repository,
} from "../github/deployments.ts";
import { ended } from "../github/release-end.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { runOperation } from "../pulumi/operation.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { callFor } from "../stack/call.ts";
import { clearKilledRelease } from "../stack/killed-release.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** The deployment that is wanted. */
export interface DeployRequest {
  readonly stack: string;
  /** The commit whose images run; the one of the settings, or that is checked out, by default. */
  readonly commit?: string;
}

/** The result of `towpath deploy`. */
export interface Deployed {
  readonly stack: string;
  readonly commit: string;
  readonly url: string;
  readonly seconds: number;
}

/**
 * Releases to staging or production, and tells GitHub of it, where the stack's settings name a repository: as a deployment
 * with its statuses.
 *
 * @throws Problem when the release fails, or may not be
 */
export async function deploy(
  request: DeployRequest,
  progress: Progress,
  project: Project,
): Promise<Deployed> {
  const began = Date.now();
  const { stack } = request;
  checkKeepsRecords(stack);
  const wanted = await wantedCommit(request, project);
  const call = await callFor("up", stack, progress, project);
  const repository = await repositoryOf(call, progress);
  const isTold = wanted !== undefined && repository !== undefined;
  const before = isTold ? await begin(repository, stack, wanted) : undefined;
  const end = await ended(() => release(call, wanted, progress));
  // What production runs, staging's records say: it is known once it runs.
  const commit = wanted ?? (await releasedCommit(call));
  if (repository !== undefined)
    await endDeployment(repository, before ?? (await begin(repository, stack, commit)), end.said);
  return { stack, commit, url: end.url(), seconds: Math.round((Date.now() - began) / 100) / 10 };
}

/** Says what was done. */
export function deployedInWords({ stack, commit, url, seconds }: Deployed): string {
  return `${stack}: ${commit.slice(0, 12)} runs at ${url}, after ${seconds} s`;
}

/** The commit that the release is of; undefined for production, which takes what staging proved. */
async function wantedCommit({ stack, commit }: DeployRequest, project: Project): Promise<string | undefined> {
  const settings = settingsOf(project, stack, { ...process.env, TOWPATH_COMMIT: "" }) as ReleasedSettings;
  if (settings.environment === "production") {
    if (commit !== undefined) throw new Problem(productionPromotes(commit));
    return undefined;
  }
  const set = "commit" in settings ? settings.commit : undefined;
  if (commit !== undefined && set !== undefined && set !== commit)
    throw new Problem(otherCommit(commit, set));
  return commit ?? set ?? (await checkedOut(project));
}

async function checkedOut({ root }: Project): Promise<string> {
  const found = await checkedOutCommit(root);
  if ("commit" in found) return found.commit;
  throw new Problem(
    `--commit: expected a commit, or a clone where one is checked out, got ${JSON.stringify(found.problem)}; say --commit`,
  );
}

/** Says that production's commit is not chosen. */
export function productionPromotes(commit: string): string {
  return `--commit: expected none, as production takes what staging proved, got ${JSON.stringify(commit)}; deploy it to staging first`;
}

/** Says that the settings name another commit. */
export function otherCommit(commit: string, set: string): string {
  return `--commit: expected the commit that towpath:commit sets, ${set}, or none there, got ${commit}; remove the setting`;
}

async function repositoryOf(call: PulumiCall, progress: Progress): Promise<Repository | undefined> {
  const on = onGithub(settingsOf(call.project, call.stack));
  if (on === undefined) return undefined;
  const client = await githubClient(on, () => Promise.resolve(call), progress, run);
  return { client, name: repositoryNameOf(on.repository) };
}

/** Begins a deployment on GitHub; that of the workflow's own job goes on, where its environment made one. */
async function begin(repository: Repository, environment: string, commit: string): Promise<Deployment> {
  const wish = { environment, commit, isTransient: false };
  return (await jobsDeployment(repository, wish)) ?? beginDeployment(repository, wish);
}

async function release(
  call: PulumiCall,
  commit: string | undefined,
  progress: Progress,
): ReturnType<typeof runOperation> {
  await clearKilledRelease(call, run, progress);
  const told = commit === undefined ? {} : { TOWPATH_COMMIT: commit };
  const environment = { ...call.environment, ...told };
  return keepingSaltOut(call, usesOwnPassphrase(), () =>
    // The copies are elsewhere, as a rule: who waits at a terminal goes first.
    runOperation("up", { ...call, environment }, progress, [], { yields: !process.stdin.isTTY }),
  );
}

async function releasedCommit(call: PulumiCall): Promise<string> {
  const [newest] = await readRecords(call, run);
  return newest?.commit ?? (await checkedOut(call.project));
}
