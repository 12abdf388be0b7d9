import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";

/**
 * Waits for the runs with these labels: a migration, a dump, a restore or a seed whose starter was killed goes on without it,
 * and two never run at once. Throws a StepFailure when one goes on for longer.
 */
export async function awaitEarlierRuns(
  machine: Machine,
  { labels, timeoutSeconds }: { labels: Readonly<Record<string, string>>; timeoutSeconds: number },
  subject: "migrations" | "backup" | "restore" | "seed" | `jobs.${string}`,
): Promise<void> {
  const left = await machine.awaitRuns(labels, timeoutSeconds);
  if (left.length === 0) return;
  throw new StepFailure(
    `${subject}: what an earlier run began goes on, waited ${timeoutSeconds} s for ${left.join(", ")}; wait until it is done, or end it with "docker rm --force", and run the command again`,
  );
}
