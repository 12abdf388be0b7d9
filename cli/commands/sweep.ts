import { parseApplication } from "../../components/application/parse.ts";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { defined } from "../../components/input/defined.ts";
import { minute } from "../../components/input/times.mjs";
import { isPreview, previewStack } from "../../components/naming/namespace.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import { neededDigests } from "../ci/prune.ts";
import { githubClient, onGithub } from "../github/access.ts";
import { unlessBusy } from "../preview/alone.ts";
import { takeDown } from "../preview/stack.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { callFor } from "../stack/call.ts";
import { withOwnConnections } from "../stack/own-connections.ts";
import { previewSettings } from "../stack/settings.ts";
import { commentsOf, warnOf } from "../sweep/comments.ts";
import { kindsOnGithub } from "../sweep/on-github.ts";
import { onPreviewHost, stateOf } from "../sweep/preview-host.ts";
import type { Reason } from "../sweep/plan.ts";
import { PullRequests } from "../sweep/pull-requests.ts";
import { stacksIn } from "../sweep/stacks.ts";
import { sweep, type Swept } from "../sweep/sweep.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

export { isSwept } from "../sweep/sweep.ts";

/**
 * Removes what is left of previews that nobody wants any more: on their host, on GitHub, and in the state.
 *
 * @throws Problem when the settings name no repository: then nobody knows which previews are wanted
 */
export async function sweepPreviews(
  progress: Progress,
  { dryRun }: { readonly dryRun: boolean },
  project: Project,
): Promise<Swept> {
  // Connections are relative to the project's folder, as for its programs.
  process.chdir(project.root);
  const application = parseApplication(project.application).name;
  const settings = previewSettings(project) as PreviewSettings;
  const named = onGithub(settings);
  if (named === undefined) throw new Problem(noRepository);
  const host = await callFor("config", settings.gateway, progress, project);
  const list = (): Promise<StackState[]> => listStacks(project, process.env, run);
  const github = await githubClient(named, () => previewCall(list, progress, project), progress, run);
  const on = { github, repository: named.repository, application };
  return withOwnConnections(async (folder) => {
    const { address, repository: path } = settings.registry;
    const { kinds, problem } = await onPreviewHost(host, folder, {
      application,
      images: `${address}/${path}`,
      needed: async () => neededDigests((await list()).map((one) => ({ ...one, records: [] }))),
    });
    const remove = async (stack: string): Promise<void> => {
      if (problem !== undefined) throw problem;
      await unlessBusy(stack, project, () => takeDown(stack, progress, project));
    };
    const stacks = stacksIn({ state: stateOf(host), application, list, remove });
    const repository = repositoryNameOf(named.repository);
    const comments = { on: { client: github, name: repository }, project: project.name, application };
    const all = [stacks, ...kinds, ...kindsOnGithub(on), commentsOf(comments)];
    const limits = defined({ maxAgeDays: settings.maxAge });
    const swept = await sweep(all, new PullRequests(on, limits), { dryRun }, progress);
    if (!dryRun) for (const ending of swept.ending) await warnOf(ending, comments);
    return swept;
  });
}

/** The call for the configuration of previews: any preview can decrypt what they share. */
async function previewCall(
  list: () => Promise<StackState[]>,
  progress: Progress,
  project: Project,
): Promise<PulumiCall> {
  const found = (await list()).find(({ stack }) => isPreview(stack));
  return callFor("config", found?.stack ?? previewStack(1), progress, project);
}

/** Says that nobody knows which previews are wanted. */
const noRepository =
  "towpath:github: expected the repository whose pull requests have previews, got none; write it into Pulumi.preview.yaml";

/** The words for reasons, for people. */
const reasons: Readonly<Record<Reason, string>> = {
  open: "open",
  "branch exists": "its branch exists",
  closed: "closed",
  merged: "merged",
  "branch deleted": "its branch is deleted",
  "too old": "nobody used it for too long",
  "in use": "in use",
  unused: "no stack and no container uses it",
  "another's": "another state made it",
  unmarked: "nothing says who made it",
  "unknown pull request": "no such pull request",
};

/** Lists what was removed, or would be, with its reason and what became of it; then what could not be looked at. */
export function sweptInWords({ dryRun, things, problems, ending }: Swept): string {
  const told = things.filter(({ action, reason }) => action === "remove" || !wanted.has(reason));
  const rows = told.map(({ kind, name, place, preview, action, reason, result, problem }) => [
    `${kind} ${name}`,
    place,
    preview,
    reasons[reason],
    [action === "keep" ? "stays" : (result ?? "would be removed"), problem]
      .filter((part) => part !== undefined)
      .join(": "),
  ]);
  const removed = things.filter((one) =>
    dryRun ? one.action === "remove" : one.result === "removed",
  ).length;
  const summary = `${removed} ${removed === 1 ? "thing" : "things"} ${dryRun ? "would be removed" : "removed"}, ${things.filter(({ action }) => action === "keep").length} stay`;
  const table =
    rows.length === 0 ? [] : [columns([["what", "where", "whose", "why", "result"], ...rows]), ""];
  const ends = ending.map(
    ({ pullRequest, end }) =>
      `the preview of pull request ${pullRequest} ends at ${minute(end.toISOString())} unless somebody uses it`,
  );
  return [...table, ...problems, ...ends, summary].join("\n");
}

/** The reasons for which a thing stays that nobody has to look at. */
const wanted: ReadonlySet<Reason> = new Set(["open", "branch exists", "in use"]);
