import { parseApplication } from "../../components/application/parse.ts";
import { restartingInWords } from "../../components/host/restarting.ts";
import { buildChanges } from "../../components/image/build-inputs.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import type { Container } from "../docker/containers.ts";
import { findEngine } from "../docker/endpoint.ts";
import { isUp } from "../docker/start-stop.ts";
import { connectionsOf, type Connections } from "../on-this-machine/connections.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import { environmentFacts, type EnvironmentFacts } from "../stack/facts.ts";
import { namespaceWarning } from "../stack/settings.ts";
import { age } from "../terminal/duration.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** One environment, as `towpath status` shows it. */
export interface EnvironmentStatus {
  /** The stack's name. */
  readonly environment: string;
  readonly namespace: string;
  /** True for this working copy's environment, and for the one that all working copies share. */
  readonly current: boolean;
  readonly release: string | null;
  /** `healthy`, `stopped`, `gone`, the problem of each service, or `unknown` where it cannot be seen from here. */
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

/** Lists every environment with a state in this project, those of other branches too. */
export async function status(
  progress: Progress,
  project: Project,
  given: NodeJS.ProcessEnv = process.env,
): Promise<EnvironmentStatus[]> {
  const warning = namespaceWarning(project, "local", given);
  if (warning !== undefined) progress.say(warning);
  const [stacks, engine] = await Promise.all([listStacks(project, given, run), findEngine(run)]);
  const from = { project, given, engineAnswers: !("reason" in engine) };
  return Promise.all(
    stacks.map(async (stack) => statusOf(await environmentFacts(stack, from, run), project)),
  );
}

function statusOf(facts: EnvironmentFacts, project: Project): EnvironmentStatus {
  const { stack, namespace, current, release, containers, address, ports, changed, route } = facts;
  return {
    environment: stack,
    namespace,
    current,
    release: release ?? null,
    health: containers === undefined ? "unknown" : healthInWords(containers),
    address: address ?? null,
    connections: connectionsOf(namespace, ports),
    changed: changed ?? null,
    route: route ?? null,
    // Another branch's environment was built from other files than those that are here.
    outdated: stack === "local" && current ? outdated(project, namespace) : [],
  };
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

/** The table of the environments; the one of this working copy is marked. */
export function statusInWords(environments: readonly EnvironmentStatus[], now = Date.now()): string {
  if (environments.length === 0) return 'no environment yet; "npm start" makes the local one';
  const table = columns([
    ["environment", "namespace", "release", "health", "address", "age"],
    ...environments.map(({ environment, namespace, current, release, health, address, changed }) => [
      environment,
      `${namespace}${current ? "" : " (another branch)"}`,
      release ?? "-",
      health,
      address ?? "-",
      changed === null ? "-" : age(now - Date.parse(changed)),
    ]),
  ]);
  return [
    table,
    ...environments.flatMap(({ namespace, connections }) =>
      Object.entries(connections).map(([name, address]) => `${namespace}: port of ${name}: ${address}`),
    ),
    ...environments.flatMap(({ environment, route }) =>
      route === null ? [] : `${environment}: ${route}; the next start switches again`,
    ),
    ...environments.flatMap(({ environment, release }) =>
      release !== null && !isOfWorkspace(environment)
        ? `${environment}: is on its hosts; npx towpath drift --stack ${environment} says whether it is as the last up left it`
        : [],
    ),
    ...environments.flatMap(({ outdated }) => outdated),
  ].join("\n");
}
