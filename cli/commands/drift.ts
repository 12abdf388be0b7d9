import { join } from "node:path";
import { environmentDrift, type LeftOnGithub } from "../../components/github/drift.ts";
import { readEnvironment, repositoryNameOf } from "../../components/github/facts.ts";
import { securityChanges } from "../../components/github/security.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { resourceDifferences, type Difference, type RefreshDigest } from "../drift/resources.ts";
import { routeDrift } from "../drift/route.ts";
import { explain } from "../failures.ts";
import { githubClient, onGithub } from "../github/access.ts";
import { isAsleep } from "../preview/sleep.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import { pulumiFolder, type Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { readDeployment, stackOutputs, type Deployment } from "../pulumi/state.ts";
import { callFor, hasHosts } from "../stack/call.ts";
import { siteOf } from "../stack/gateway-site.ts";
import { openHosts } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of `towpath drift`. */
export interface Drifted {
  readonly stack: string;
  readonly differences: readonly Difference[];
  /** True for a preview that sleeps, of which nothing was compared. */
  readonly asleep?: boolean;
}

/**
 * Finds what is not as the last `up` of a stack left it: resources that changed or are gone, and on GitHub what the
 * plugin does not notice. Changes nothing, not even the state.
 *
 * @throws Problem when there is no such stack, or something cannot be looked at
 */
export async function drift(stack: string, progress: Progress, project: Project): Promise<Drifted> {
  const settings = settingsOf(project, stack);
  const call = await callFor("refresh", stack, progress, project);
  const deployment = await readDeployment(call, run);
  if (deployment === undefined || deployment.resources.length === 0) throw new Problem(nothingThere(stack));
  const connections =
    hasHosts(stack) && reachesHosts(deployment) ? await openHosts(call, run, progress) : undefined;
  if (settings.environment === "preview" && connections !== undefined && (await isAsleep(call, connections)))
    return { stack, differences: [], asleep: true };
  const { github: left } = stackOutputs(deployment) as { github?: LeftOnGithub };
  const github = await githubDifferences(settings, left, call, progress);
  const route = await routeDifferences(settings, deployment, call, connections);
  const resources = resourceDifferences(await refreshed(call, progress), left !== undefined);
  return { stack, differences: [...github, ...route, ...resources] };
}

/** The differences of a stack's gateways from what its last complete run left there. */
async function routeDifferences(
  settings: Settings,
  deployment: Deployment,
  call: PulumiCall,
  connections: Awaited<ReturnType<typeof openHosts>> | undefined,
): Promise<Difference[]> {
  const site = await siteOf(settings, call, run);
  if (site === undefined) return [];
  const runs = connections === undefined ? [run] : Object.values(connections).map((one) => onHost(one, run));
  const found = await Promise.all(runs.map((there) => routeDrift(deployment, site, there)));
  return found.flatMap((words) =>
    words === undefined ? [] : { where: "gateway", what: "route", found: words },
  );
}

/** Tells whether anything of a stack is on its hosts: after `github import`, nothing is yet. */
function reachesHosts({ resources }: Deployment): boolean {
  return resources.some(({ type }) => /^(?:docker|command):/.test(type));
}

/** The differences as a table, and the command that repairs them. */
export function driftInWords({ stack, differences, asleep = false }: Drifted): string {
  if (asleep)
    return `${stack}: it sleeps, and nothing was compared; npx towpath preview wake ${stack} wakes it`;
  if (differences.length === 0) return `${stack}: everything is as the last up left it`;
  return [
    columns([
      ["where", "what", "found"],
      ...differences.map(({ where, what, found }) => [where, what, found]),
    ]),
    "",
    `${stack}: ${differences.length} ${differences.length === 1 ? "difference" : "differences"}; npm run pulumi -- up --stack ${stack} --refresh brings back what the settings say`,
  ].join("\n");
}

/** Says that there is nothing to compare with. */
export function nothingThere(stack: string): string {
  return `--stack: expected a stack that was brought up, got ${JSON.stringify(stack)}; bring it up with npm run pulumi -- up --stack ${stack}`;
}

/** The differences on GitHub that the plugin misses; those of a stack's environment there only after a run left one. */
async function githubDifferences(
  settings: Settings,
  left: LeftOnGithub | undefined,
  call: PulumiCall,
  progress: Progress,
): Promise<Difference[]> {
  const on = onGithub(settings);
  // The environment of previews is the repository stack's.
  if (on === undefined || settings.environment === "preview") return [];
  const repository = repositoryNameOf(on.repository);
  const environment = settings.environment === "repository" ? "preview" : settings.environment;
  const step = progress.step("asking GitHub");
  try {
    const client = await githubClient(on, () => Promise.resolve(call), progress, run);
    const security =
      settings.environment === "repository"
        ? await securityChanges(client, repository, settings.security)
        : [];
    const found = left && (await readEnvironment(client, repository, environment));
    return [
      ...security.map(({ setting, enabled }) => ({
        where: "GitHub repository",
        what: setting,
        found: enabled ? "is off" : "is on",
      })),
      ...environmentDrift(left, found).map((one) => ({
        where: `GitHub ${environment}`,
        what: one.what,
        found: one.found,
      })),
    ];
  } finally {
    step.done();
  }
}

/** Has Pulumi's plugins look at every resource, and keeps nothing of what they find. */
async function refreshed(
  { project, stack, environment }: PulumiCall,
  progress: Progress,
): Promise<RefreshDigest> {
  const step = progress.step("looking at every resource");
  try {
    const { code, stdout, stderr } = await run(
      join(pulumiFolder(project), "pulumi"),
      ["refresh", "--stack", stack, "--preview-only", "--json", "--non-interactive", "--color", "never"],
      { cwd: project.root, environment },
    );
    const digest = (stdout.trim().startsWith("{") ? JSON.parse(stdout) : {}) as RefreshDigest;
    if (code === 0) return digest;
    const errors = (digest.diagnostics ?? []).filter(({ severity }) => severity === "error");
    throw new Problem(explain({ errors, log: stderr, ending: `exit code ${code}` }));
  } finally {
    step.done();
  }
}
