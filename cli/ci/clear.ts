import type { ApplicationDescription } from "../../components/application/description.ts";
import { until } from "../../components/input/until.ts";
import { namesOf } from "../../components/naming/names.ts";
import { sweep, type Swept } from "../docker/sweep.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { forgetStack } from "../pulumi/forget.ts";
import { readLocks, runsHere } from "../pulumi/locks.ts";
import { fileBackend, readDeployment } from "../pulumi/state.ts";
import { removeStack } from "../stack/create.ts";

/** The time that an earlier run's Pulumi may take to end by itself, in milliseconds. */
const patience = 20_000;

/**
 * Removes everything of a run: containers, network and images by their labels and names, and the state, which is worth
 * nothing without them. It is the same after a run that ended and after one that was killed, whatever the state holds.
 *
 * An earlier run's Pulumi has `within` milliseconds to end by itself, 20,000 by default.
 */
export async function clearRun(
  call: PulumiCall,
  namespace: string,
  run: Run,
  within = patience,
): Promise<Swept> {
  await endOrphan(call, namespace, run, within);
  const swept = await sweep(run, namespace, ciImages(call.project.application, namespace));
  if (fileBackend(call.environment) !== undefined) forgetStack(call);
  else if ((await readDeployment(call, run)) !== undefined) await removeStack(call, run, { force: true });
  return swept;
}

/** The names of the images that a run builds. */
export function ciImages(application: Pick<ApplicationDescription, "images">, namespace: string): string[] {
  const names = namesOf(namespace);
  return Object.keys(application.images).flatMap((image) => [
    names.image(image),
    names.image(`${image}-dev`),
  ]);
}

/**
 * Ends the Pulumi of a run whose command line was killed: it goes on alone. Asked to stop, it ends its plugins and steps
 * too; with their containers gone, they have nothing to wait for.
 */
async function endOrphan(call: PulumiCall, namespace: string, run: Run, within: number): Promise<void> {
  const orphans = readLocks(call).filter((lock) => runsHere(lock));
  for (const { pid } of orphans) signal(pid, "SIGINT");
  await until(
    async () => {
      const runs = orphans.some((lock) => runsHere(lock));
      if (runs) await sweepContainers(run, namespace);
      return runs;
    },
    (runs) => !runs,
    { deadline: Date.now() + within, interval: 100 },
  );
  for (const lock of orphans) if (runsHere(lock)) signal(lock.pid, "SIGKILL");
}

/** Removes the containers, so that what waits for them ends. */
export async function sweepContainers(run: Run, namespace: string): Promise<void> {
  const listed = await run("docker", [
    "ps",
    "--all",
    "--quiet",
    "--filter",
    `label=towpath.namespace=${namespace}`,
  ]);
  const ids = listed.stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await run("docker", ["rm", "--force", "--volumes", ...ids]);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
