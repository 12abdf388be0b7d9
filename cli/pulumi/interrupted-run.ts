import type { Drift, EngineView } from "../docker/drift.ts";
import { docker } from "../docker/containers.ts";
import { explain } from "../failures/failures.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress/progress.ts";
import type { Run } from "../run.ts";
import { runOperation, type PulumiCall } from "./operation.ts";
import type { Deployment } from "./state.ts";

/** What has to be known to clear up after a run that was killed. */
export interface AfterKilledRun {
  readonly call: PulumiCall;
  readonly deployment: Deployment | undefined;
  readonly drift: Drift;
  readonly view: EngineView;
}

/**
 * Clears up after a run that was killed: the state then names operations that were begun and never ended, and the engine
 * may have a container that no state knows, whose name stands in the way or which nobody would ever remove. Users never
 * got to it, for the switch comes last and is in the state. Volumes are left alone: a volume is data.
 */
export async function clearInterruptedRun(
  { call, deployment, drift, view }: AfterKilledRun,
  run: Run,
  progress: Progress,
): Promise<void> {
  if (deployment === undefined || deployment.pending_operations.length === 0) return;
  progress.say(interruptedInWords(deployment, drift));
  if (drift.unknown.length > 0) await docker(run, ["rm", "--force", ...drift.unknown.map(({ id }) => id)]);
  const known = new Set(deployment.resources.map(({ id }) => id));
  const networks = [...view.networkIds].filter((id) => !known.has(id));
  if (networks.length > 0) await run("docker", ["network", "rm", ...networks]);
  const outcome = await runOperation("refresh", call, progress, ["--clear-pending-creates"]);
  if (!outcome.succeeded) throw new Problem(explain(outcome));
}

/** Says what an interrupted run left, and what happens to it. */
export function interruptedInWords(
  { pending_operations }: Pick<Deployment, "pending_operations">,
  { unknown }: Pick<Drift, "unknown">,
): string {
  const begun = pending_operations.map(
    ({ type, resource }) => `${type} ${resource.urn.split("::").at(-1) ?? ""}`,
  );
  const left =
    unknown.length === 0 ? "" : `; removing what it left: ${unknown.map(({ name }) => name).join(", ")}`;
  return `an earlier run was killed in the middle of: ${begun.join(", ")}${left}`;
}
