import { routeDifference } from "../../components/gateway/served-site.ts";
import { restartingInWords } from "../../components/host/restarting.ts";
import { jobConcerns } from "../../components/job/concern.ts";
import { isPreview } from "../../components/naming/namespace.ts";
import type { ReleaseSummary } from "../../components/plan/release-record.ts";
import { leftRoute } from "../../components/release/route-agreement.ts";
import { isOneOff } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { stackOutputs, type Deployment } from "../pulumi/state.ts";
import type { SeenContainer, SeenSite, Sight } from "./sight.ts";

/** The parts that work by a schedule, and are asked what they did. */
type ScheduledPart = "scheduled-jobs" | "backups";

/** A container of an environment on a host. */
export interface CopyStatus {
  /** The service, backing service or `gateway`. */
  readonly part: string;
  readonly name: string;
  /** The host's name in the settings. */
  readonly host: string;
  /** `running`, `exited`, …; `gone` where the state has it and its host does not. */
  readonly state: string;
  readonly health: "starting" | "healthy" | "unhealthy" | null;
  /** The number of times that the engine started it again. */
  readonly restarts: number;
  /** The time when it was started last. */
  readonly since: string | null;
  /** The release that it runs; null for what is no service's. */
  readonly release: string | null;
  /** False for one that no release of the state has: one that comes or goes, or was left. */
  readonly known: boolean;
}

/** The sight of an environment's host; a text is the reason that there is none. */
export type HostSight = Sight | string;

/** An environment, as its state and its hosts tell it. */
export interface EnvironmentSight {
  readonly stack: string;
  readonly namespace: string;
  readonly deployment: Deployment;
  /** By the hosts' names in the settings. */
  readonly hosts: Readonly<Record<string, HostSight>>;
}

/** The summary of what an environment released last; undefined where it released nothing. */
export function releasedIn(deployment: Deployment): ReleaseSummary | undefined {
  const { release } = stackOutputs(deployment) as { release?: ReleaseSummary };
  return release;
}

/** The containers of an environment, the services' first, and those that are gone. */
export function copiesOf({ namespace, deployment, hosts }: EnvironmentSight): CopyStatus[] {
  const expected = expectedIn(deployment);
  const seen = Object.entries(hosts).flatMap(([host, sight]) =>
    typeof sight === "string" ? [] : ofNamespace(sight, namespace).map((one) => ({ host, one })),
  );
  const copies = seen.map(({ host, one }) => copyOf(host, one, expected.has(one.id)));
  const ids = new Set(seen.map(({ one }) => one.id));
  // What a host has that is away, nobody knows.
  const canTell = Object.values(hosts).every((sight) => typeof sight !== "string");
  const gone = [...expected].flatMap(([id, { name, part, release }]) =>
    !canTell || ids.has(id) ? [] : goneOf(Object.keys(hosts).join(", "), { name, part, release }),
  );
  return [...copies, ...gone].sort(
    (a, b) => rank(a) - rank(b) || a.part.localeCompare(b.part) || a.name.localeCompare(b.name),
  );
}

function ofNamespace({ containers }: Sight, namespace: string): SeenContainer[] {
  return containers.filter((one) => one.namespace === namespace && (isUp(one.state) || !isOneOff(one)));
}

function copyOf(host: string, one: SeenContainer, known: boolean): CopyStatus {
  const { part, name, state, health = null, startedAgain, since = null, release = null, restarts } = one;
  const now = restarts === undefined ? state : "restarting";
  return { part, name, host, state: now, health, restarts: startedAgain, since, release, known };
}

function goneOf(
  host: string,
  { name, part, release }: { name: string; part: string; release: string | null },
): CopyStatus[] {
  return [{ part, name, host, state: "gone", health: null, restarts: 0, since: null, release, known: true }];
}

function rank({ part, release }: CopyStatus): number {
  return release !== null ? 0 : part === "gateway" ? 2 : 1;
}

/** The containers that the state has, by their ids. */
function expectedIn({
  resources,
}: Deployment): Map<string, { name: string; part: string; release: string | null }> {
  return new Map(
    resources.flatMap(({ type, id, outputs = {}, delete: isReplaced }) => {
      if (type !== "docker:index/container:Container" || id === undefined || isReplaced === true) return [];
      const labels = Array.isArray(outputs.labels)
        ? (outputs.labels as { label: string; value: string }[])
        : [];
      const label = (name: string): string | undefined => labels.find((one) => one.label === name)?.value;
      const name = typeof outputs.name === "string" ? outputs.name : id;
      return [
        [
          id,
          { name, part: label("towpath.part") ?? name, release: label("towpath.release") ?? null },
        ] as const,
      ];
    }),
  );
}

/** The container of a program that works by a schedule; undefined where the state has none. */
export function programIn(deployment: Deployment | undefined, wanted: ScheduledPart): string | undefined {
  if (deployment === undefined) return undefined;
  return [...expectedIn(deployment).values()].find(({ part }) => part === wanted)?.name;
}

/** A program that works by a schedule, and the sight of the host that it runs on. */
export interface SeenProgram {
  readonly container: string;
  readonly host: string;
  readonly sight: Sight;
}

/** The program of an environment that works by a schedule; undefined where it has none, or none runs that could be asked. */
export function programOf(
  { deployment, hosts }: EnvironmentSight,
  copies: readonly CopyStatus[],
  wanted: ScheduledPart,
): SeenProgram | undefined {
  const container = programIn(deployment, wanted);
  const copy = copies.find(({ part, known }) => part === wanted && known);
  const sight = hosts[copy?.host ?? ""];
  if (container === undefined || copy?.state !== "running") return undefined;
  return sight === undefined || typeof sight === "string" ? undefined : { container, host: copy.host, sight };
}

/** The problems with the jobs of an environment on its hosts. Where their program does not run, that is the problem. */
export function jobProblems(
  environment: EnvironmentSight,
  copies: readonly CopyStatus[],
  now: Date,
): string[] {
  const program = programOf(environment, copies, "scheduled-jobs");
  if (program === undefined) return [];
  const { container, host, sight } = program;
  return jobConcerns(sight.jobs.get(environment.namespace), {
    stack: environment.stack,
    host,
    container,
    now,
  });
}

/** Tells whether a preview sleeps: all of it was stopped, and nothing of it is gone. */
export function sleeps(stack: string, copies: readonly CopyStatus[]): boolean {
  const workloads = copies.filter(({ release }) => release !== null);
  return isPreview(stack) && workloads.length > 0 && workloads.every(({ state }) => state === "exited");
}

/** Tells whether a container does not do its work. */
export function isIll({ state, health }: Pick<CopyStatus, "state" | "health">): boolean {
  return state !== "running" || health === "unhealthy";
}

/** The health of an environment's containers, in few words. */
export function healthOf(stack: string, copies: readonly CopyStatus[]): string {
  if (copies.length === 0) return "gone";
  if (sleeps(stack, copies)) return "asleep";
  const ill = copies.filter(isIll);
  const [first, ...more] = ill;
  if (first === undefined) return copies.some(({ health }) => health === "starting") ? "starting" : "healthy";
  if (more.length > 0) return `${ill.length} of ${copies.length} ill`;
  return `${first.part} ${first.state === "running" ? (first.health ?? "") : first.state}`;
}

/** The problems with an environment's containers, each with what to do. */
export function copyProblems(stack: string, copies: readonly CopyStatus[]): string[] {
  if (sleeps(stack, copies)) return [];
  return copies.filter(isIll).map((copy) => {
    const { part, name, host, state, health, restarts } = copy;
    const see = `see why with npx towpath logs --stack ${stack} ${part}`;
    if (state === "gone")
      return `${part}: ${name} is gone, got no such container on ${host}; npm run pulumi -- up --stack ${stack} --refresh makes it again`;
    if (state === "restarting")
      return `${part}: ${name} on ${host} ends again and again, got ${restartingInWords(restarts)}; ${see}`;
    if (state !== "running") return `${part}: ${name} on ${host} has to run, got ${state}; ${see}`;
    return `${part}: ${name} on ${host} has to be healthy, got ${health}; ${see}`;
  });
}

/** The sites of an environment on its hosts' gateways; those that do not answer are left out. */
export function sitesOf({ namespace, hosts }: EnvironmentSight): readonly SeenSite[] {
  return Object.values(hosts).flatMap((sight) =>
    typeof sight === "string" ? [] : (sight.sites.get(namespace) ?? []),
  );
}

/** The difference of its gateways from what the last complete run left there; undefined also where nobody can tell. */
export function routeOf(environment: EnvironmentSight): string | undefined {
  const left = leftRoute(stackOutputs(environment.deployment));
  if (left === undefined) return undefined;
  for (const { site } of sitesOf(environment)) {
    const difference = routeDifference(left.serves, site);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
