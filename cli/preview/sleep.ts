import { askActivator } from "../../components/activator/ask.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { docker, lines } from "../docker/containers.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { callFor } from "../stack/call.ts";
import { openHosts } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { namespaceOf, settingsOf } from "../stack/settings.ts";
import { asStep, type Progress } from "../terminal/progress.ts";

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
  const [connection] = Object.values(await openHosts(call, run, progress));
  if (connection === undefined) throw new Error(`${stack} has no host`); // its settings demand one
  const { host } = connection;
  const activator = await activatorOn(connection, project.application.name);
  if (activator === undefined) throw new Problem(nobodySleeps(operation, gatewayOf(call)));
  const namespace = namespaceOf(project, stack);
  const { previews } = await askActivator(dockerView(connection), activator, "state");
  if (!previews.some((preview) => preview.namespace === namespace))
    throw new Problem(noPreview(operation, stack));
  if (operation === "sleep") {
    await asStep(progress, `stopping ${stack}`, () =>
      askActivator(dockerView(connection), activator, "sleep", { namespace }),
    );
    return { stack, host, state: "asleep" };
  }
  const { result } = await asStep(progress, `waking ${stack}`, () =>
    askActivator(dockerView(connection), activator, "wake", { namespace }),
  );
  if (result === "pass") return { stack, host, state: "awake" };
  throw new Problem(result === "full" ? noRoom(stack, gatewayOf(call)) : isIll(stack));
}

/**
 * Wakes a preview that sleeps before its state is compared with its containers: Pulumi takes one that does not run for one that
 * is gone. Nothing happens where nothing sleeps.
 */
export async function wakeBefore(
  { project, stack }: PulumiCall,
  connections: Readonly<Record<string, HostConnection>>,
  progress: Progress,
): Promise<void> {
  for (const connection of Object.values(connections)) {
    const activator = await activatorOn(connection, project.application.name);
    if (activator === undefined) continue;
    const namespace = namespaceOf(project, stack);
    const { previews } = await askActivator(dockerView(connection), activator, "state");
    if (!previews.some((preview) => preview.namespace === namespace && !preview.awake)) continue;
    const { result } = await asStep(progress, `waking ${stack}`, () =>
      askActivator(dockerView(connection), activator, "wake", { namespace }),
    );
    if (result !== "pass")
      throw new Problem(result === "full" ? noRoom(stack, gatewayOf({ project, stack })) : isIll(stack));
  }
}

/** Gives the place of a preview that is removed to others: in the queue, and the room that is kept for it. */
export async function leaveRoom(
  { project, stack }: PulumiCall,
  connections: Readonly<Record<string, HostConnection>>,
): Promise<void> {
  for (const connection of Object.values(connections)) {
    const activator = await activatorOn(connection, project.application.name);
    if (activator === undefined) continue;
    await askActivator(dockerView(connection), activator, "leave", {
      namespace: namespaceOf(project, stack),
    });
  }
}

/** The container of the activator that runs on a host; undefined where the host has none. */
async function activatorOn(connection: HostConnection, application: string): Promise<string | undefined> {
  const labels = ["towpath.part=activator", `towpath.project=${application}`];
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const found = await docker(onHost(connection, run), ["ps", ...filters, "--format", "{{.Names}}"]);
  return lines(found)[0];
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
