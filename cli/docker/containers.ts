import { rolloutLabel } from "../../components/activator/program/previews.mjs";
import { serverNames } from "../../components/application/needs.ts";
import { restartingIn, restartsQuestion } from "../../components/host/restarting.ts";
import { runLabel } from "../../components/naming/run-mark.ts";
import { translateEngineGone } from "../failures.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";

/** A container of ours, as its labels and the engine describe it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** `running`, `exited`, `created`, … */
  readonly state: string;
  /** The result of the engine's own check, when there is one. */
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** The service, backing service or `gateway` that it belongs to. */
  readonly part: string;
  /** The ports of the host that lead to it. */
  readonly ports: readonly number[];
  /** The release that it runs; backing services and the gateway have none. */
  readonly release?: string;
  /** The number of its restarts, where it ends again and again; see {@link withRestarts}. */
  readonly restarts?: number;
  /** The mark of the run that made it, where its name is fixed. */
  readonly run?: string;
  /** The time when it was made, as the engine writes it. */
  readonly created?: string;
  /** True when no other copy of its service may run beside it. */
  readonly runsAlone?: true;
}

/** The place of a part in the order of starting: what the others need comes first. Parts stop in the opposite order. */
export type Rank = "backing service" | "workload" | "gateway";

/** The ranks, in the order of starting. */
export const ranks: readonly Rank[] = ["backing service", "workload", "gateway"];

/** The rank of a container. */
export function rankOf(container: Pick<Container, "part" | "release">): Rank {
  if (container.part === "gateway") return "gateway";
  return container.release === undefined ? "backing service" : "workload";
}

/** Tells whether a container is a step's own: a migration, a dump. */
export function isOneOff({ part, release }: Pick<Container, "part" | "release">): boolean {
  return release === undefined && !["gateway", ...serverNames].includes(part);
}

/** The format of a line of `docker ps`, with a tab between fields. */
const format = [
  "{{.ID}}",
  "{{.Names}}",
  "{{.State}}",
  "{{.Status}}",
  '{{.Label "towpath.part"}}',
  '{{.Label "towpath.release"}}',
  "{{.Ports}}",
  `{{.Label "${runLabel}"}}`,
  "{{.CreatedAt}}",
  `{{.Label "${rolloutLabel}"}}`,
].join("\t");

/** The containers of a namespace, running or not. */
export async function listContainers(run: Run, namespace: string): Promise<Container[]> {
  const listed = await docker(run, [
    "ps",
    "--all",
    "--no-trunc",
    "--filter",
    `label=towpath.namespace=${namespace}`,
    "--format",
    format,
  ]);
  return parseContainers(listed);
}

/** A container, and the environment that it belongs to. */
export interface ContainerOf extends Container {
  readonly namespace: string;
}

/** The containers of all namespaces on an engine, running or not. */
export async function listAllContainers(run: Run, timeout?: number): Promise<ContainerOf[]> {
  const all = ["ps", "--all", "--no-trunc", "--filter", "label=towpath.namespace"];
  const of = '{{.Label "towpath.namespace"}}';
  return lines(await docker(run, [...all, "--format", `${of}\t${format}`], timeout)).flatMap((line) => {
    const tab = line.indexOf("\t");
    return parseContainers(line.slice(tab + 1)).map((one) => ({ ...one, namespace: line.slice(0, tab) }));
  });
}

/** Adds to the containers that end again and again the number of their restarts, which `docker ps` does not show. */
export async function withRestarts(run: Run, containers: readonly Container[]): Promise<Container[]> {
  if (containers.length === 0) return [];
  // One that is gone meanwhile is an error, and the others are reported all the same.
  const { stdout } = await run("docker", restartsQuestion(containers.map(({ id }) => id)));
  const restarting = restartingIn(stdout);
  return containers.map((container) => {
    const restarts = restarting.get(container.id);
    return restarts === undefined ? container : { ...container, restarts };
  });
}

/** Reads what {@link listContainers} asked for. */
export function parseContainers(listed: string): Container[] {
  return lines(listed).map((line) => {
    const [
      id = "",
      name = "",
      state = "",
      status = "",
      part = "",
      release = "",
      ports = "",
      run = "",
      created = "",
      rollout = "",
    ] = line.split("\t");
    const health = /\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status)?.[1] as Container["health"];
    return {
      id,
      name,
      state,
      part,
      ports: [...new Set([...ports.matchAll(/:(\d+)->/g)].map(([, port]) => Number(port)))],
      ...(health && { health }),
      ...(release !== "" && { release }),
      ...(run !== "" && { run }),
      ...(created !== "" && { created }),
      ...(rollout === "stop-first" && { runsAlone: true }),
    };
  });
}

/** Asks the docker client; the engine's refusals become problems in people's words. */
export async function docker(run: Run, args: readonly string[], timeout?: number): Promise<string> {
  const result = await run("docker", args, timeout === undefined ? {} : { timeout });
  if (result.code === 0) return result.stdout;
  const said =
    result.stderr.trim() === "" ? (result.failure ?? `exit code ${result.code}`) : result.stderr.trim();
  throw new Problem(translateEngineGone(said) ?? `docker: "docker ${args[0]}" failed, got "${said}"`);
}

/** The lines of an output that are not empty. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
