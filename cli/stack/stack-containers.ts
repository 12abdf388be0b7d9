import { lookFolderOf } from "../../components/host/ssh-config.ts";
import { environmentOf, isPreview } from "../../components/naming/namespace.ts";
import { listContainers, type Container } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { callToLook } from "./call.ts";
import { openHosts } from "./hosts.ts";
import { clientVariables, onHost } from "./killed-release.ts";
import { checkPart, findLocal } from "./local-containers.ts";
import { stack as localStack } from "./session.ts";
import { namespaceOf } from "./settings.ts";

/** A container of an environment, and how its engine is reached. */
export interface StackContainer extends Container {
  /** The host's name in the settings; left out on this machine. */
  readonly host?: string;
  /** The variables with which the docker client talks to its engine. */
  readonly client: NodeJS.ProcessEnv;
}

/** The containers of an environment, running or not, the newest of each host first. */
export interface StackContainers {
  readonly stack: string;
  readonly namespace: string;
  readonly containers: readonly StackContainer[];
  /** Lists them again, by the same connections. */
  readonly again: () => Promise<readonly StackContainer[]>;
}

/** What somebody looks at. */
export interface Wanted {
  /** The stack; this working copy's local environment when it is left out. */
  readonly stack?: string | undefined;
  /** One part: a service, a backing service or the gateway. */
  readonly part?: string | undefined;
}

/**
 * Finds an environment's containers by their labels: no state is opened, so it also works while a release is under way.
 *
 * @throws Problem when there is no such stack or part, or there are no containers
 * @throws HostProblem when a host cannot be reached
 */
export async function findContainers(
  { stack = localStack, part }: Wanted,
  progress: Progress,
  project: Project,
): Promise<StackContainers> {
  if (stack === localStack) {
    const { namespace, containers } = await findLocal(progress, project, part);
    const here = (listed: readonly Container[]): StackContainer[] =>
      listed.map((one) => ({ ...one, client: process.env }));
    const again = async (): Promise<StackContainer[]> => here(await listContainers(run, namespace));
    return { stack, namespace, containers: here(containers), again };
  }
  // A host that several share runs parts that are no application's.
  if (part !== undefined && environmentOf(stack) !== "host") checkPart(project, part);
  const call = await callToLook(stack, progress, project);
  const namespace = namespaceOf(project, stack);
  const connections = await openHosts(call, run, progress, lookFolderOf(namespace));
  const again = async (): Promise<StackContainer[]> => {
    const listing = Object.entries(connections).map(async ([host, connection]) => {
      const client = clientVariables(connection);
      const listed = await listContainers(onHost(connection, run), namespace);
      return listed.map((one) => ({ ...one, host, client }));
    });
    return (await Promise.all(listing)).flat();
  };
  const containers = await asStep(progress, `looking at ${namespace}`, again);
  if (containers.length === 0) throw new Problem(nothingThere(stack, namespace));
  return { stack, namespace, containers, again };
}

/** Says that nothing of an environment is on its hosts. */
export function nothingThere(stack: string, namespace: string): string {
  return `${stack}: ${namespace} is not on its hosts, got no container of it; release it with npm run pulumi -- up --stack ${stack}`;
}

/** The containers of one part. Throws a Problem when it has none. */
export function containersOf({ stack, containers }: StackContainers, part: string): StackContainer[] {
  const found = containers.filter((container) => container.part === part);
  if (found.length > 0) return found;
  throw new Problem(
    stack === localStack
      ? `${part}: has to have a container, got none; "npm start" makes it`
      : `${part}: has to have a container in ${stack}, got none; npx towpath status --stack ${stack} says what runs there`,
  );
}

/** The newest container of a part that runs. Throws a Problem when none does. */
export function runningOf(all: StackContainers, part: string): StackContainer {
  const found = containersOf(all, part);
  const running = found.find(({ state }) => isUp(state));
  if (running !== undefined) return running;
  const state = found[0]?.state ?? "none";
  throw new Problem(
    all.stack === localStack
      ? `${part}: its container has to run, got ${state}; "npm start" starts it`
      : `${part}: its container has to run in ${all.stack}, got ${state}; ${wayOn(all.stack, part)}`,
  );
}

function wayOn(stack: string, part: string): string {
  return isPreview(stack)
    ? "open the preview's address, which wakes it"
    : `see why with npx towpath logs --stack ${stack} ${part}`;
}

/** The flags of `docker exec` by whether a person sits at a terminal that a program in a container can have. */
export function terminalFlags(): string[] {
  return process.stdin.isTTY && process.stdout.isTTY ? ["--interactive", "--tty"] : ["--interactive"];
}
