import { docker } from "../docker/containers.ts";
import { removeNetworks } from "../docker/networks.ts";
import { viewEngine, type EngineView } from "../drift/engine.ts";
import { explain } from "../failures.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { runOperation } from "../pulumi/operation.ts";
import { readDeployment, type Deployment } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { belongsToAnother, takeOverVariable, tellApart, type Unknown } from "./ownership.ts";

/** A namespace on one machine, and the state that is about to change it. */
export interface OwnNamespace {
  readonly call: PulumiCall;
  readonly namespace: string;
  /** The name of the machine in messages. */
  readonly machine: string;
}

/** The state and the engine's view at one time. */
export interface Look {
  readonly deployment: Deployment | undefined;
  readonly view: EngineView;
}

/**
 * Makes sure that a namespace is this state's own, before anything of it is touched; what somebody else made in it is
 * removed only when a person agrees to it.
 *
 * @throws Problem when it belongs to another state
 */
export async function checkOwnership(
  own: OwnNamespace,
  run: Run,
  progress: Progress,
  first?: Look,
): Promise<Look> {
  let look = first ?? (await lookAt(own, run));
  if (tellApart(look.deployment, look.view).foreign.length === 0) return look;
  // A run at work may have removed them between the two looks at state and engine.
  look = await lookAt(own, run);
  const { foreign, foreignNetworks } = tellApart(look.deployment, look.view);
  if (foreign.length === 0) return look;
  const { namespace, machine } = own;
  if (process.env[takeOverVariable] !== namespace) {
    throw new Problem(belongsToAnother(namespace, machine, foreign));
  }
  progress.say(`${takeOverVariable}: removing ${foreign.map(({ name }) => name).join(", ")} from ${machine}`);
  await remove(run, { left: foreign, leftNetworks: foreignNetworks });
  return lookAt(own, run);
}

/**
 * Clears up after a run that was killed: the state then names operations that were begun and never ended, and the engine
 * may have what they made, whose name stands in the way or which nobody would ever remove. Users never got to it, for the
 * switch comes last and is in the state. Volumes are left alone: a volume is data.
 *
 * Pulumi's lock shows whether that run is over, wherever the state is: what was there before this run had the lock
 * once, and is not in the state after it, has nobody any more.
 *
 * @throws Problem when the namespace belongs to another state, or another run is at work
 */
export async function clearInterruptedRun(
  own: OwnNamespace,
  run: Run,
  progress: Progress,
  first?: Look,
): Promise<void> {
  const { deployment, view } = await checkOwnership(own, run, progress, first);
  if (deployment === undefined || deployment.pending_operations.length === 0) return;
  await refresh(own.call, progress);
  const left = stillUnknown(tellApart(deployment, view), await readDeployment(own.call, run));
  progress.say(interruptedInWords(deployment, left));
  await remove(run, left);
  await refresh(own.call, progress, ["--clear-pending-creates"]);
}

/** The part of it that the state has not taken up meanwhile. */
function stillUnknown(
  { left, leftNetworks }: Unknown,
  deployment: Deployment | undefined,
): Pick<Unknown, "left" | "leftNetworks"> {
  const known = new Set(deployment?.resources.map(({ id }) => id));
  return {
    left: left.filter(({ id }) => !known.has(id)),
    leftNetworks: leftNetworks.filter((id) => !known.has(id)),
  };
}

/** Says what an interrupted run left, and what happens to it. */
export function interruptedInWords(
  { pending_operations }: Pick<Deployment, "pending_operations">,
  { left }: Pick<Unknown, "left">,
): string {
  const begun = pending_operations.map(
    ({ type, resource }) => `${type} ${resource.urn.split("::").at(-1) ?? ""}`,
  );
  const removed =
    left.length === 0 ? "" : `; removing what it left: ${left.map(({ name }) => name).join(", ")}`;
  return `an earlier run was killed in the middle of: ${begun.join(", ")}${removed}`;
}

/** The engine first: what it has, the state has known since before it was made. */
export async function lookAt({ call, namespace }: OwnNamespace, run: Run): Promise<Look> {
  const view = await viewEngine(run, namespace);
  return { view, deployment: await readDeployment(call, run) };
}

async function remove(
  run: Run,
  { left, leftNetworks }: Pick<Unknown, "left" | "leftNetworks">,
): Promise<void> {
  if (left.length > 0) await docker(run, ["rm", "--force", ...left.map(({ id }) => id)]);
  // A migration that still runs holds one until it ends.
  await removeNetworks(run, leftNetworks).catch(() => undefined);
}

async function refresh(call: PulumiCall, progress: Progress, extra: readonly string[] = []): Promise<void> {
  const outcome = await runOperation("refresh", call, progress, extra);
  if (!outcome.succeeded) throw new Problem(explain(outcome));
}
