import { parseApplication } from "../../components/application/parse.ts";
import type { PublishedPorts } from "../../components/environment/local-run.ts";
import { restartingInWords } from "../../components/host/restarting.ts";
import { buildChanges } from "../../components/image/build-inputs.ts";
import { show, suggestion } from "../../components/input/input-checks.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { Container } from "../docker/containers.ts";
import { findEngine } from "../docker/endpoint.ts";
import { isUp } from "../docker/start-stop.ts";
import { lookAtStacks, unseen, type HostStatus, type StatusOnHosts } from "../on-hosts/look.ts";
import { environmentInWords, hostsInWords, problemsInWords } from "../on-hosts/words.ts";
import { connectionsOf, type Connections } from "../on-this-machine/connections.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { callToLook, hasHosts } from "../stack/call.ts";
import { environmentFacts, type EnvironmentFacts } from "../stack/facts.ts";
import { namespaceWarning } from "../stack/settings.ts";
import { age } from "../terminal/duration.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { fittingColumns, terminalWidth } from "../terminal/table.ts";

/** One environment, as `towpath status` shows it. One on hosts has what they tell, too. */
export interface EnvironmentStatus extends Partial<Omit<StatusOnHosts, "health" | "route">> {
  /** The stack's name. */
  readonly environment: string;
  readonly namespace: string;
  /** True for this working copy's environment, and for the one that all working copies share. */
  readonly current: boolean;
  readonly release: string | null;
  /** `healthy`, `stopped`, `gone`, the problem of each service, `away`, or `unknown` where it cannot be seen from here. */
  readonly health: string;
  readonly address: string | null;
  /** The addresses of what is published on this machine, without passwords, by name. */
  readonly connections: Connections;
  /** The time when anything of it was last made or changed. */
  readonly changed: string | null;
  /** The difference of the gateway from what the last complete run left; null for none, and where it cannot be seen. */
  readonly route: string | null;
  /** A note on each image that was built for development from older files; the next start builds it. */
  readonly outdated: readonly string[];
}

/** The environments that somebody asks for; all when it is left out. */
export interface StatusRequest {
  readonly stack?: string | undefined;
}

/**
 * Lists every environment with a state in this project, those of other branches too, or those of one stack. Hosts are looked
 * at, all at the same time.
 *
 * @throws Problem for a stack without a state
 */
export async function status(
  progress: Progress,
  project: Project,
  given: NodeJS.ProcessEnv = process.env,
  { stack: wanted }: StatusRequest = {},
): Promise<EnvironmentStatus[]> {
  const warning = namespaceWarning(project, "local", given);
  if (warning !== undefined) progress.say(warning);
  const [all, engine] = await Promise.all([listStacks(project, given, run), findEngine(run)]);
  const stacks = all.filter(({ stack }) => wanted === undefined || stack === wanted);
  if (wanted !== undefined && stacks.length === 0) throw new Problem(noSuchStack(wanted, all));
  const from = { project, given, engineAnswers: !("reason" in engine) };
  const [facts, onHosts] = await Promise.all([
    Promise.all(stacks.map((stack) => environmentFacts(stack, from, run))),
    lookAtHosts(stacks, all, progress, project),
  ]);
  return facts.map((fact) => statusOf(fact, onHosts.get(fact.stack), project));
}

/** Says that nothing is known of a stack. */
function noSuchStack(asked: string, all: readonly StackState[]): string {
  const known = [...new Set(all.map(({ stack }) => stack))].sort();
  const fix =
    known.length === 0 ? 'nothing was brought up yet; "npm start" makes local' : suggestion(asked, known);
  return `--stack: expected one that was brought up, got ${show(asked)}; ${fix}`;
}

/** Looks at those of the stacks that are on hosts; what keeps them all from being looked at is a problem of each. */
async function lookAtHosts(
  stacks: readonly StackState[],
  all: readonly StackState[],
  progress: Progress,
  project: Project,
): Promise<ReadonlyMap<string, StatusOnHosts>> {
  const there = stacks.filter(({ stack }) => hasHosts(stack));
  const [first] = there;
  if (first === undefined) return new Map();
  const names =
    there.length === 1 ? `the hosts of ${first.stack}` : `the hosts of ${there.length} environments`;
  return asStep(progress, `looking at ${names}`, async () => {
    try {
      return await lookAtStacks(there, await callToLook(first.stack, progress, project), run, all);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return new Map(there.map((state) => [state.stack, unseen(state, error.message)]));
    }
  });
}

function statusOf(
  facts: EnvironmentFacts,
  onHosts: StatusOnHosts | undefined,
  project: Project,
): EnvironmentStatus {
  const { stack, namespace, current, release, containers, address, ports, changed, route } = facts;
  return {
    environment: stack,
    namespace,
    current,
    release: release ?? null,
    health: containers === undefined ? "unknown" : healthInWords(containers),
    address: address ?? null,
    connections: publishedIn(namespace, ports, project),
    changed: changed ?? null,
    route: route ?? null,
    // Another branch's environment was built from other files than those that are here.
    outdated: stack === "local" && current ? outdated(project, namespace) : [],
    ...onHosts,
  };
}

function publishedIn(namespace: string, ports: PublishedPorts, project: Project): Connections {
  if (Object.keys(ports).length === 0) return {};
  return connectionsOf(
    namesIn(parseApplication(project.application), { environment: "local", namespace }),
    ports,
  );
}

/** Tells whether all that is on hosts is well; one's own environment may be stopped. */
export function isWell(environments: readonly EnvironmentStatus[]): boolean {
  return environments.every(({ problems = [] }) => problems.length === 0);
}

/** The notes on images whose source is mounted and that were built from older files. */
export function outdated(
  { root, application }: Pick<Project, "root" | "application">,
  namespace: string,
): string[] {
  return buildChanges(root, namespace, parseApplication(application));
}

/** The health of an environment's containers, in few words. */
export function healthInWords(
  containers: readonly Pick<Container, "part" | "state" | "health" | "restarts">[],
): string {
  if (containers.length === 0) return "gone";
  if (!containers.some(({ state }) => isUp(state))) return "stopped";
  const ill = containers.flatMap(({ part, state, health, restarts }) => {
    if (restarts !== undefined) return `${part} ${restartingInWords(restarts)}`;
    if (state !== "running") return `${part} ${state}`;
    return health === undefined || health === "healthy" ? [] : `${part} ${health}`;
  });
  return ill.length === 0 ? "healthy" : ill.sort().join(", ");
}

/** The page of one environment on hosts, or the table of several; the one of this working copy is marked. */
export function statusInWords(
  environments: readonly EnvironmentStatus[],
  { stack, now = Date.now(), width = terminalWidth() }: StatusRequest & { now?: number; width?: number } = {},
): string {
  const [only] = environments;
  if (only === undefined) return 'no environment yet; "npm start" makes the local one';
  if (stack !== undefined && isOnHosts(only)) return environmentInWords(only, now);
  const onHosts = environments.filter(isOnHosts);
  const notes = [
    ...environments.flatMap(({ namespace, connections }) =>
      Object.entries(connections).map(([name, address]) => `${namespace}: port of ${name}: ${address}`),
    ),
    ...environments.flatMap((one) =>
      one.route === null || isOnHosts(one)
        ? []
        : `${one.environment}: ${one.route}; the next start switches again`,
    ),
    ...environments.flatMap(({ outdated }) => outdated),
    ...onHosts.flatMap(({ environment, run }) =>
      run === null ? [] : `${environment}: ${run} is at work on it`,
    ),
    ...problemsInWords(onHosts),
  ];
  const table = tableOf(environments, onHosts.length > 0, now, width);
  if (onHosts.length === 0) return [table, ...notes].join("\n");
  const parts = [table, machinesInWords(onHosts, width), notes.join("\n")];
  return parts.filter((part) => part !== "").join("\n\n");
}

type OnHosts = EnvironmentStatus & StatusOnHosts;

function isOnHosts(environment: EnvironmentStatus): environment is OnHosts {
  return environment.problems !== undefined;
}

function tableOf(
  environments: readonly EnvironmentStatus[],
  isReleased: boolean,
  now: number,
  width: number | undefined,
): string {
  const rows = environments.map(({ environment, namespace, current, released, ...one }) => {
    const since = released?.endedAt ?? one.changed;
    return [
      environment,
      `${namespace}${current ? "" : " (another branch)"}`,
      one.release ?? "-",
      one.health,
      one.address ?? "-",
      since === null ? "-" : age(now - Date.parse(since)),
      ...(isReleased ? [released?.commit?.slice(0, 12) ?? "-", released?.by ?? "-"] : []),
    ];
  });
  const head = ["environment", "namespace", "release", "health", "address", "age"];
  const table = [[...head, ...(isReleased ? ["commit", "by"] : [])], ...rows];
  const isTold = environments.every(({ current }) => current);
  return fittingColumns(
    table,
    isTold ? ["namespace", "by", "commit", "release"] : ["by", "commit", "release"],
    width,
  );
}

/** The machines, each once, with what is on it. */
function machinesInWords(environments: readonly OnHosts[], width: number | undefined): string {
  const hosts = new Map<string, HostStatus>();
  const on = new Map<string, string[]>();
  for (const { environment, hosts: its } of environments)
    for (const one of its) {
      hosts.set(one.address, hosts.get(one.address) ?? one);
      on.set(one.address, [...(on.get(one.address) ?? []), environment]);
    }
  return hosts.size === 0 ? "" : hostsInWords([...hosts.values()], on, width);
}
