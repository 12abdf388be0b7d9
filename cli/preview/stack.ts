import { explain, isLocked } from "../failures.ts";
import { checkOutcome } from "../outcome.ts";
import { StateLocked } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { runOperation, type Outcome } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { readDeployment } from "../pulumi/state.ts";
import { callFor } from "../stack/call.ts";
import { createStack, removeStack } from "../stack/create.ts";
import { removeLeftSite } from "../stack/gateway-site.ts";
import { openHosts } from "../stack/hosts.ts";
import { clearKilledRelease } from "../stack/killed-release.ts";
import { settingsFileArguments } from "../stack/settings-file.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { leaveRoom } from "./sleep.ts";

/** The source of what a preview runs. */
export interface Source {
  readonly commit: string;
  /** True when it comes from a fork: it gets secrets of its own. */
  readonly isFork: boolean;
}

/**
 * Brings a preview's stack up with a commit, and makes it where it is not there.
 *
 * @throws StateLocked when another run has its state
 */
export async function bringUp(
  stack: string,
  { commit, isFork }: Source,
  progress: Progress,
  project: Project,
): Promise<Outcome> {
  const call = await callFor("up", stack, progress, project);
  if ((await readDeployment(call, run)) === undefined) {
    // Pulumi puts the salt into a file of the stack's own, which a preview has not.
    await keepingSaltOut(call, true, () => createStack(call, run));
  } else {
    await clearKilledRelease(call, run, progress);
  }
  const variables = { TOWPATH_COMMIT: commit, TOWPATH_FORK: String(isFork) };
  const told = { ...call, environment: { ...call.environment, ...variables } };
  return unlocked(await runOperation("up", told, progress, settingsFileArguments(stack)));
}

function unlocked(outcome: Outcome): Outcome {
  if (!outcome.succeeded && isLocked(outcome)) throw new StateLocked(explain(outcome));
  return outcome;
}

/** The result of taking a preview's stack down. */
export interface TakenDown {
  /** The number of resources that Pulumi removed. */
  readonly deleted: number;
  /** True when there was a stack. */
  readonly wasThere: boolean;
}

/**
 * Removes a preview's stack with all that it made, also one that a run left half made; nothing where there is none.
 *
 * @throws StateLocked when another run has its state
 */
export async function takeDown(stack: string, progress: Progress, project: Project): Promise<TakenDown> {
  const call = await callFor("destroy", stack, progress, project);
  if ((await readDeployment(call, run)) === undefined) return { deleted: 0, wasThere: false };
  await clearKilledRelease(call, run, progress);
  const connections = await openHosts(call, run, progress);
  const outcome = unlocked(await runOperation("destroy", call, progress, settingsFileArguments(stack)));
  checkOutcome(outcome);
  await removeLeftSite(call, settingsOf(project, stack), connections, run, progress);
  await leaveRoom(call, connections);
  await removeStack(call, run);
  return { deleted: outcome.changes.delete ?? 0, wasThere: true };
}
