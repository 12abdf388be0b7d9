import { serversOf } from "../../components/application/needs.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { show, suggestion } from "../../components/input/input-checks.ts";
import { listContainers, type Container } from "../docker/containers.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { getReady } from "../setup/machine.ts";
import type { Progress } from "../terminal/progress.ts";
import { stack } from "./session.ts";
import { namespaceOf, namespaceWarning } from "./settings.ts";

/** The containers of this working copy's local environment, running or not, the newest first. */
export interface LocalContainers {
  readonly namespace: string;
  readonly containers: readonly Container[];
}

/**
 * Finds them by their labels: no state is opened, so it also works while a release is under way.
 *
 * @throws Problem when the application has no such part, no engine answers, or there are no containers
 */
export async function findLocal(
  progress: Progress,
  project: Project,
  part?: string,
): Promise<LocalContainers> {
  if (part !== undefined) checkPart(project, part);
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const namespace = namespaceOf(project, stack);
  await getReady(project, { folders: foldersOf(project, stack, namespace) }, "look", progress);
  const containers = await listContainers(run, namespace);
  if (containers.length === 0) throw new Problem(notThere(namespace));
  return { namespace, containers };
}

/** Says that nothing of the environment is on the engine. */
export function notThere(namespace: string): string {
  return `local: ${namespace} is not there, got no container of it; "npm start" starts it`;
}

/** The parts that a local environment's containers belong to: the services, and what they need. */
export function knownParts({ application }: Pick<Project, "application">): string[] {
  const parsed = parseApplication(application);
  return [...Object.keys(parsed.services), ...serversOf(parsed), "gateway"];
}

/** Throws a Problem when the application's environments have no such part. */
export function checkPart(project: Project, part: string): void {
  const known = knownParts(project);
  if (known.includes(part)) return;
  throw new Problem(
    `service: no such service of ${project.application.name}, got ${show(part)}; ${suggestion(part, known)}`,
  );
}
