import { stopContainers } from "../docker/start-stop.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { open } from "../stack/session.ts";
import type { Progress } from "../terminal/progress.ts";

/** The result of `npm stop`. */
export interface Stopped {
  readonly namespace: string;
  /** The containers that ran until now. */
  readonly stopped: readonly string[];
}

/** Stops the containers of the local environment, and keeps them with their data. */
export async function stop(progress: Progress, project: Project): Promise<Stopped> {
  const { namespace } = await open("look", progress, project);
  const containers = await stopContainers(run, namespace, progress);
  return { namespace, stopped: containers.map(({ name }) => name) };
}

/** Says what was stopped. */
export function stoppedInWords({ namespace, stopped }: Stopped): string {
  return stopped.length === 0
    ? `${namespace} was not running`
    : `stopped ${namespace} (${stopped.length} containers); the data is kept, "npm start" brings it back`;
}
