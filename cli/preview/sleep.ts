import type { ActivatorAnswers } from "../../components/activator/question.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { callFor } from "../stack/call.ts";
import { openHost, openHosts } from "../stack/hosts.ts";
import { namespaceOf, settingsOf } from "../stack/settings.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { activatorOn } from "./activator.ts";

/** The result of `towpath preview sleep` and `wake`. */
export interface Slept {
  readonly stack: string;
  readonly host: string;
  readonly state: "asleep" | "awake";
}

/**
 * Puts a preview to sleep, or wakes it, as its host's activator does by itself.
 *
 * @throws Problem when nothing was released, its host lets none sleep, or it does not wake
 * @throws HostProblem when the host cannot be reached
 */
export async function sleepOrWake(
  operation: "sleep" | "wake",
  stack: string,
  progress: Progress,
  project: Project,
): Promise<Slept> {
  const call = await callFor("refresh", stack, progress, project);
  const connection = await openHost(call, run, progress);
  const { host } = connection;
  const watched = await watchedOn(connection, call);
  if (watched === undefined) throw new Problem(nobodySleeps(operation, gatewayOf(call)));
  if (watched.awake === undefined) throw new Problem(noPreview(operation, stack));
  if (operation === "wake") {
    await wake(watched, call, progress);
    return { stack, host, state: "awake" };
  }
  await asStep(progress, `stopping ${stack}`, () => watched.ask("sleep"));
  return { stack, host, state: "asleep" };
}

/**
 * Wakes a preview that sleeps before its state is compared with its containers: Pulumi takes one that does not run for one that
 * is gone. Nothing happens where nothing sleeps.
 */
export async function wakeBefore(
  call: PulumiCall,
  connections: HostConnections,
  progress: Progress,
): Promise<void> {
  for (const watched of await allWatched(connections, call))
    if (watched.awake === false) await wake(watched, call, progress);
}

/** Tells whether a preview sleeps on its host. */
export async function isAsleep(call: PulumiCall, connections: HostConnections): Promise<boolean> {
  return (await allWatched(connections, call)).some(({ awake }) => awake === false);
}

/** Gives the place of a preview that is removed to others: in the queue, and the room that is kept for it. */
export async function leaveRoom(call: PulumiCall, connections: HostConnections): Promise<void> {
  for (const { ask } of await allWatched(connections, call)) await ask("leave");
}

/** A preview's room on its host. */
export type PreviewRoom = Pick<Watched, "awake" | "place">;

/** Asks a preview's host for its room; undefined where the host has no activator that runs. */
export async function roomOf(
  stack: string,
  progress: Progress,
  project: Project,
): Promise<PreviewRoom | undefined> {
  const call = await callFor("refresh", stack, progress, project);
  const [watched] = await allWatched(await openHosts(call, run, progress), call);
  return watched;
}

/** The open connections to a stack's hosts. */
type HostConnections = Readonly<Record<string, HostConnection>>;

/** A preview as the activator of its host knows it. */
interface Watched {
  /** Left out where nothing of it is there. */
  readonly awake?: boolean;
  /** Its place in the queue for room; left out where it does not wait. */
  readonly place?: number;
  /** Has the activator do something about it. */
  readonly ask: <Operation extends "sleep" | "wake" | "leave">(
    operation: Operation,
  ) => Promise<ActivatorAnswers[Operation]>;
}

async function allWatched(connections: HostConnections, call: PulumiCall): Promise<readonly Watched[]> {
  const all = await Promise.all(Object.values(connections).map((connection) => watchedOn(connection, call)));
  return all.filter((watched) => watched !== undefined);
}

/** Returns undefined where the host has no activator that runs. */
async function watchedOn(
  connection: HostConnection,
  { project, stack }: PulumiCall,
): Promise<Watched | undefined> {
  const ask = await activatorOn(connection, project);
  if (ask === undefined) return undefined;
  const namespace = namespaceOf(project, stack);
  const { previews, queue } = await ask("state");
  const place = queue.indexOf(namespace) + 1;
  return {
    ...defined({ awake: previews.find((preview) => preview.namespace === namespace)?.awake }),
    ...(place > 0 && { place }),
    ask: (operation) => ask(operation, { namespace }),
  };
}

async function wake({ ask }: Watched, call: PulumiCall, progress: Progress): Promise<void> {
  const { result } = await asStep(progress, `waking ${call.stack}`, () => ask("wake"));
  if (result === "full") throw new Problem(noRoom(call.stack, gatewayOf(call)));
  if (result !== "pass") throw new Problem(isIll(call.stack));
}

/** The stack of the host that previews share. */
function gatewayOf({ project, stack }: Pick<PulumiCall, "project" | "stack">): string {
  const settings = settingsOf(project, stack);
  return ("gateway" in settings ? settings.gateway : undefined) ?? "host-previews";
}

/** Says that the host has no activator. */
function nobodySleeps(operation: string, gateway: string): string {
  return `preview ${operation}: expected a host that gives previews room, got ${gateway} without towpath:room, or without a program that wakes them; set it and bring the host up with npm run pulumi -- up --stack ${gateway}`;
}

/** Says that there is nothing of a preview. */
function noPreview(operation: string, stack: string): string {
  return `preview ${operation}: expected a preview that was released, got no containers of ${stack}; release it first with npm run pulumi -- up --stack ${stack}`;
}

/** Says that too many others are awake. */
function noRoom(stack: string, gateway: string): string {
  return `preview wake: no room for ${stack}, got others in all of towpath:room of ${gateway}; let one of them sleep with npx towpath preview sleep <number>`;
}

/** Says that a preview was started, and does not answer. */
function isIll(stack: string): string {
  return `preview wake: ${stack} was started, got no healthy answer in time; see why in the logs of its containers on the host`;
}

/** Says in which state a preview is. */
export function sleptInWords({ stack, host, state }: Slept): string {
  return state === "awake"
    ? `${stack} is awake on ${host}`
    : `${stack} sleeps on ${host}; it wakes when somebody opens it`;
}
