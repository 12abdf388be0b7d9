import { runLabel } from "../../components/naming/run-mark.ts";
import { docker, lines, listContainers, type Container } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import type { Run } from "../process/run.ts";
import type { Deployment } from "../pulumi/state.ts";

/** The differences of the engine from the state. */
export interface Drift {
  /** Resources in the state that the engine no longer has: Pulumi has to look before it works. */
  readonly missing: readonly string[];
  /** Containers that both have, that do not run, and that may be started. */
  readonly stopped: readonly Container[];
}

/** The containers and networks of a namespace, and the runs that made them. */
export interface EngineView {
  readonly containers: readonly Container[];
  readonly networks: readonly { readonly id: string; readonly run?: string }[];
}

/** The same, with its volumes: all that should be there by the state. */
export interface WholeEngineView extends EngineView {
  readonly volumeNames: ReadonlySet<string>;
}

/** Asks the engine what it has of a namespace. */
export async function viewEngine(run: Run, namespace: string): Promise<EngineView> {
  const format = `{{.ID}}\t{{.Label "${runLabel}"}}`;
  const [containers, networks] = await Promise.all([
    listContainers(run, namespace),
    docker(run, ["network", "ls", "--no-trunc", ...filterOf(namespace), "--format", format]),
  ]);
  return { containers, networks: lines(networks).map(parseNetwork) };
}

/**
 * Asks the engine for what should be there by the state.
 *
 * Three short questions (30 ms) instead of `--refresh` at every run, which asks a plugin for every single resource and
 * doubles the time of an `up` that changes nothing.
 */
export async function viewWholeEngine(run: Run, namespace: string): Promise<WholeEngineView> {
  const [view, volumes] = await Promise.all([
    viewEngine(run, namespace),
    docker(run, ["volume", "ls", "--quiet", ...filterOf(namespace)]),
  ]);
  return { ...view, volumeNames: new Set(lines(volumes)) };
}

function filterOf(namespace: string): string[] {
  return ["--filter", `label=towpath.namespace=${namespace}`];
}

function parseNetwork(line: string): EngineView["networks"][number] {
  const [id = "", run = ""] = line.split("\t");
  return { id, ...(run !== "" && { run }) };
}

/** Compares the state with what the engine has. */
export function findDrift({ resources }: Pick<Deployment, "resources">, engine: WholeEngineView): Drift {
  const known = new Map<string, { id: string; name: string }[]>();
  for (const { type, id, outputs } of resources) {
    if (id === undefined) continue;
    const name = typeof outputs?.name === "string" ? outputs.name : id;
    known.set(type, [...(known.get(type) ?? []), { id, name }]);
  }
  const ofType = (type: string): { id: string; name: string }[] => known.get(type) ?? [];
  const containerIds = new Set(ofType("docker:index/container:Container").map(({ id }) => id));
  const networkIds = new Set(engine.networks.map(({ id }) => id));
  const present = new Set(engine.containers.map(({ id }) => id));
  return {
    missing: [
      ...ofType("docker:index/container:Container").filter(({ id }) => !present.has(id)),
      ...ofType("docker:index/network:Network").filter(({ id }) => !networkIds.has(id)),
      ...ofType("docker:index/volume:Volume").filter(({ name }) => !engine.volumeNames.has(name)),
    ].map(({ name }) => name),
    stopped: engine.containers.filter(
      (one) => containerIds.has(one.id) && !isUp(one.state) && !isHeldBack(one, engine.containers),
    ),
  };
}

/**
 * Tells whether another copy runs, or is to run, in the place of this one: of several that stopped, the oldest is the one from
 * before a release that was not completed, and its next run sees to the others.
 */
function isHeldBack({ id, part, runsAlone, created = "" }: Container, all: readonly Container[]): boolean {
  if (runsAlone !== true) return false;
  const others = all.filter((one) => one.part === part && one.release !== undefined && one.id !== id);
  return others.some((one) => isUp(one.state) || (one.created ?? "") < created);
}
