import type { Run } from "../process/run.ts";
import type { Progress } from "../terminal/progress.ts";
import { asStep } from "../terminal/progress.ts";
import { docker, listContainers, rankOf, ranks, type Container } from "./containers.ts";

/** The time that containers have to become healthy after a start, in milliseconds; then the release takes care. */
const healthyWithin = 60_000;

/**
 * Stops the containers of a namespace and keeps them with their data: the gateway first, so that nobody meets half an
 * application and requests under way are answered; then the workloads, while what they write to still runs; then the
 * backing services.
 *
 * @returns the containers that ran
 */
export async function stopContainers(run: Run, namespace: string, progress: Progress): Promise<Container[]> {
  const running = (await listContainers(run, namespace)).filter(({ state }) => isUp(state));
  for (const rank of [...ranks].reverse()) {
    const these = running.filter((container) => rankOf(container) === rank);
    if (these.length === 0) continue;
    await asStep(progress, `stopping ${named(these)}`, () =>
      docker(run, ["stop", ...these.map(({ id }) => id)]),
    );
  }
  return running;
}

/**
 * Starts containers again that exist and do not run, after a stop or a reboot, in the opposite order, each kind once the
 * one before is healthy. Nothing fails when one does not become so: Pulumi and the table say how it is.
 */
export async function startContainers(
  run: Run,
  namespace: string,
  stopped: readonly Container[],
  progress: Progress,
  wait: (milliseconds: number) => Promise<void>,
): Promise<void> {
  for (const rank of ranks) {
    const these = stopped.filter((container) => rankOf(container) === rank);
    if (these.length === 0) continue;
    await asStep(progress, `starting ${named(these)}`, async () => {
      const ids = new Set(these.map(({ id }) => id));
      await docker(run, ["start", ...ids]);
      for (let waited = 0; waited < healthyWithin; waited += 250) {
        const now = await listContainers(run, namespace);
        if (!now.some(({ id, health }) => ids.has(id) && health === "starting")) return;
        await wait(250);
      }
    });
  }
}

/** Tells whether a container does its work, or is about to do it again by itself. */
export function isUp(state: string): boolean {
  return state === "running" || state === "restarting";
}

function named(containers: readonly Container[]): string {
  return containers.map(({ part }) => part).join(", ");
}
