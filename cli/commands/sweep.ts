import { parseApplication } from "../../components/application/parse.ts";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { connect } from "../../components/host/connection.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { defined } from "../../components/input/defined.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { DropCloneInput } from "../../components/contract/template.ts";
import type { Site } from "../../components/contract/switch-route.ts";
import type { TemplateServer } from "../../components/data/template-server.ts";
import { isPreview, previewStack } from "../../components/naming/namespace.ts";
import { namesOf } from "../../components/naming/names.ts";
import { stateAddress } from "../../components/naming/run-mark.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import { neededDigests } from "../ci/prune.ts";
import { githubClient, onGithub } from "../github/access.ts";
import { alone } from "../preview/alone.ts";
import { takeDown } from "../preview/stack.ts";
import { Problem } from "../problem.ts";
import { lastLines, run, type Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { readDeployment, stackOutputs } from "../pulumi/state.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { callFor } from "../stack/call.ts";
import { hostsOfStack } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { withOwnConnections } from "../stack/own-connections.ts";
import { runProgram } from "../stack/program.ts";
import { namespaceOf, previewSettings } from "../stack/settings.ts";
import { commentsOf, warnOf } from "../sweep/comments.ts";
import { databases } from "../sweep/databases.ts";
import { kindsOnGithub } from "../sweep/on-github.ts";
import { kindsOnHost, type PreviewHost } from "../sweep/on-host.ts";
import type { Reason } from "../sweep/plan.ts";
import { PullRequests } from "../sweep/pull-requests.ts";
import { stacksIn } from "../sweep/stacks.ts";
import { sweep, type Swept } from "../sweep/sweep.ts";
import type { Kind } from "../sweep/thing.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

export { isSwept } from "../sweep/sweep.ts";

/** The time that the docker client may take for one thing, in milliseconds: one that is stopped first has its grace. */
const patience = 120_000;

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
      await alone(stack, progress, project, () => takeDown(stack, progress, project));
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

/** What a host of previews has; where it cannot be reached, a kind that says so, and the problem. */
async function onPreviewHost(
  call: PulumiCall,
  folder: string,
  of: Pick<PreviewHost, "application" | "images" | "needed">,
): Promise<{ readonly kinds: readonly Kind[]; readonly problem?: UserError }> {
  const { project, stack } = call;
  const place = stack;
  try {
    const [connection] = Object.values((await hostsOfStack(call, run, folder)).connections);
    if (connection === undefined) throw new Error(`${stack} has no host`); // its settings demand one
    await connect(connection);
    const there = onHost(connection, run);
    const { gateway, activator } = namesOf(namespaceOf(project, stack));
    const host = {
      ...of,
      name: place,
      run: ((command, args, more) => there(command, args, { timeout: patience, ...more })) satisfies Run,
      state: stateOf(call),
    };
    const { template } = stackOutputs(await readDeployment(call, run)) as { template?: TemplateServer };
    const onServer =
      template === undefined
        ? []
        : [databases({ ...host, server: template, drop: (input) => dropClone(input, connection, call) })];
    return {
      kinds: [
        ...kindsOnHost({
          ...host,
          gateway,
          activator,
          removeSite: (name) => removeSite({ gateway, name }, connection, call),
        }),
        ...onServer,
      ],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const refuse = (): Promise<never> => Promise.reject(error);
    return { kinds: [{ name: "container", place, list: refuse, remove: refuse }], problem: error };
  }
}

/** Takes a site away from the gateway, by the program that a release's own removal runs. */
async function removeSite(site: Site, connection: HostConnection, call: PulumiCall): Promise<void> {
  const { code, stdout, stderr } = await runProgram("remove-route", { site }, connection, call, run);
  if (code === 0) return;
  const said = lastLines(stdout.trim() === "" ? stderr : stdout, 1);
  throw new Problem(
    `route: the site of ${site.name} cannot be removed from ${site.gateway}, got ${JSON.stringify(said)}; run the command again`,
  );
}

/** Drops a preview's database, by the program that a destroy runs. */
async function dropClone(input: DropCloneInput, connection: HostConnection, call: PulumiCall): Promise<void> {
  const { code, stdout, stderr } = await runProgram("drop-clone", input, connection, call, run);
  if (code === 0) return;
  const said = lastLines(stdout.trim() === "" ? stderr : stdout, 1);
  throw new Problem(
    `data: the database ${input.clone} cannot be dropped, got ${JSON.stringify(said)}; run the command again`,
  );
}

/** The address of a call's state, as the marks of its runs name it. */
function stateOf({ environment }: PulumiCall): string {
  return stateAddress(environment.PULUMI_BACKEND_URL ?? "");
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
      `the preview of pull request ${pullRequest} ends at ${end.toISOString().slice(0, 16).replace("T", " ")} UTC unless somebody uses it`,
  );
  return [...table, ...problems, ...ends, summary].join("\n");
}

/** The reasons for which a thing stays that nobody has to look at. */
const wanted: ReadonlySet<Reason> = new Set(["open", "branch exists", "in use"]);
