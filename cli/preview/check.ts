import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../components/input/defined.ts";
import type { PreviewChecks } from "../../components/settings/preview-checks.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import type { CheckFacts } from "../comment/facts.ts";
import { tellCommit, type Repository } from "../github/deployments.ts";
import { pictureBranch } from "../github/pictures.ts";
import { readPullRequest } from "../github/pull-requests.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { readRelease, type RunningRelease } from "../pulumi/steps.ts";
import { callFor } from "../stack/call.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";
import { credentialVariables, runCommands, type VisitedPreview } from "./check-commands.ts";
import { checkHealth } from "./check-health.ts";
import { findBrowser, takePictures } from "./pictures.ts";
import { repositoryOf } from "./shared.ts";
import { showPictures, type Showing } from "./show-pictures.ts";
import { stackFor, type PreviewWish } from "./wish.ts";

/** The result of `towpath preview check`, as the comment reads it from its file. */
export interface CheckedPreview {
  readonly stack: string;
  /** The commit that runs; left out where there is no preview. */
  readonly commit?: string;
  readonly checks: readonly CheckFacts[];
  /** The reason why commands and pages were left out, where they were. */
  readonly leftOut?: string;
  /** The folder with the results and the pictures. */
  readonly folder: string;
}

/**
 * Checks a preview that runs: that it is well, and what `towpath:checks` says. GitHub is told, as a status of the commit,
 * and keeps the pictures for the comment. Of a preview that is not there, no pictures stay.
 *
 * @param folder what results and pictures are put into
 * @throws Problem when there is no browser for the pictures, or GitHub cannot be asked
 */
export async function checkPreview(
  wish: PreviewWish,
  folder: string | undefined,
  progress: Progress,
  project: Project,
): Promise<CheckedPreview> {
  const stack = stackFor(wish);
  const settings = settingsOf(project, stack) as PreviewSettings;
  const repository = await repositoryOf(settings, progress, project);
  const call = await callFor("refresh", stack, progress, project);
  const release = await readRelease(call, run);
  const showing: Showing = {
    ...{ repository, branch: pictureBranch(project.application.name, stack), progress },
    folder: folder ?? join(project.privateFolder, "checks", stack),
  };
  mkdirSync(showing.folder, { recursive: true });
  const { url, commit } = runningIn(release);
  if (url === undefined || commit === undefined) {
    await showPictures([], showing);
    return written({ stack, checks: [], folder: showing.folder });
  }
  const isFork = settings.fork || (await comesFromFork(wish, repository));
  const wanted = isFork ? nothing : settings.checks;
  const browser = wanted.pages.length === 0 ? undefined : findBrowser(process.env);
  const status = { commit, context: "variant" in wish ? `towpath/checks-${wish.variant}` : "towpath/checks" };
  if (repository !== undefined) await tellCommit(repository, status, "pending", "checks are running");

  const health = await checkHealth(call, release, progress);
  const { commands, pages } = health.passed ? wanted : nothing;
  const visited: VisitedPreview = { url, password: release.outputs.password as string | undefined };
  const credentials = credentialVariables(settings);
  const surroundings = { ...visited, root: project.root, variables: process.env, credentials };
  const ran = await runCommands(commands, surroundings, progress);
  const knowsNoAuthority = settings.certificates === "internal";
  const camera = { ...visited, browser, knowsNoAuthority, folder: showing.folder };
  const pictures = await takePictures(pages, camera, progress);
  const checks = [health, ...ran, ...(await showPictures(pictures, showing))];
  if (repository !== undefined)
    await tellCommit(repository, status, allPassed(checks) ? "success" : "failure", inShort(checks));
  const leftOut = isFork ? fromFork : health.passed ? undefined : notWell;
  return written({ stack, commit, checks, ...defined({ leftOut }), folder: showing.folder });
}

/** No commands and no pages. */
const nothing: PreviewChecks = { commands: {}, pages: [] };

/** The words on a fork's preview. */
const fromFork = "a fork's code decides what commands and browsers would meet";

/** The words on a preview that is not well. */
const notWell = "it is not well";

/** Tells whether all checks passed. */
export function isChecked({ checks }: CheckedPreview): boolean {
  return allPassed(checks);
}

function allPassed(checks: readonly CheckFacts[]): boolean {
  return checks.every(({ passed }) => passed);
}

/** Says what was found, and why checks failed. */
export function checkedInWords({ stack, commit, checks, leftOut, folder }: CheckedPreview): string {
  if (commit === undefined) return `${stack}: there is no preview to check`;
  const rows = checks.map(({ name, passed, words = "" }) => [name, passed ? "passed" : "failed", words]);
  const logs = checks.flatMap(({ name, log }) => (log === undefined ? [] : ["", `${name}:`, log]));
  return [
    columns(rows),
    ...logs,
    "",
    ...(leftOut === undefined ? [] : [`commands and pages were left out: ${leftOut}`]),
    `${stack}, commit ${commit.slice(0, 12)}: ${inShort(checks)}; see ${folder}`,
  ].join("\n");
}

function inShort(checks: readonly CheckFacts[]): string {
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  if (failed.length === 0) return `${checks.length === 1 ? "1 check" : `${checks.length} checks`} passed`;
  return `${failed.length} of ${checks.length} failed: ${failed.join(", ")}`;
}

/** The name of the file that the comment reads. */
const resultFile = "checks.json";

function written(checked: CheckedPreview): CheckedPreview {
  writeFileSync(join(checked.folder, resultFile), `${JSON.stringify(checked, null, 2)}\n`);
  return checked;
}

/** The address and the commit that run; without them where nothing was released. */
function runningIn({ outputs }: RunningRelease): { readonly url?: string; readonly commit?: string } {
  const { url, release } = outputs as { url?: string; release?: { commit?: string } };
  return defined({ url, commit: release?.commit });
}

async function comesFromFork(wish: PreviewWish, repository: Repository | undefined): Promise<boolean> {
  if (repository === undefined || !("pullRequest" in wish)) return false;
  return (await readPullRequest(repository, wish.pullRequest))?.isFork === true;
}
