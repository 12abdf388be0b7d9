import { environmentOf } from "../../components/naming/namespace.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import { imageMirrorOf } from "../../components/settings/settings.ts";
import { findEngine } from "../docker/endpoint.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { readDeployment } from "../pulumi/state.ts";
import { clientRequirements } from "../setup/clients.ts";
import { variablesFor, variablesForHosts, getReady, requirementsOf } from "../setup/machine.ts";
import { setUp } from "../setup/set-up.ts";
import type { Progress } from "../terminal/progress.ts";
import { withPort } from "./local-port.ts";
import { stack as localStack } from "./session.ts";
import { namespaceOf, settingsOf } from "./settings.ts";

/** The commands that run the program or touch machines; the others need neither engine nor images. */
export const needsMachine = new Set([
  "up",
  "update",
  "preview",
  "pre",
  "destroy",
  "down",
  "refresh",
  "watch",
  "import",
]);

/** Provides what a command of Pulumi on a stack needs. */
export async function callFor(
  command: string,
  stack: string,
  progress: Progress,
  project: Project,
): Promise<PulumiCall> {
  const folders = foldersOf(project, stack, namespaceOf(project, stack));
  const call = { project, stack, logFolder: folders.logs };
  const requirements = requirementsOf(project, { folders });
  if (hasHosts(stack)) {
    const clients = needsMachine.has(command) ? [clientRequirements()] : [];
    await setUp([...requirements.pulumi, ...clients], progress);
    return { ...call, environment: variablesForHosts(project, { folders }) };
  }
  if (needsMachine.has(command) && environmentOf(stack) !== "repository") {
    const settings = settingsOf(project, isOfWorkspace(stack) ? stack : localStack);
    const wanted = { imageMirror: imageMirrorOf(settings), folders };
    const { engine, environment } = await getReady(project, wanted, "start", progress);
    if (stack !== localStack) return { ...call, environment };
    const deployment = await readDeployment({ ...call, environment }, run);
    const before = { ...call, engine, environment, settings, deployment };
    return { ...call, environment: (await withPort(before, progress)).environment };
  }
  await setUp(requirements.pulumi, progress);
  const engine = await findEngine(run);
  return {
    ...call,
    environment: variablesFor(project, { folders }, "reason" in engine ? undefined : engine),
  };
}

/**
 * The call of a command that only looks at a stack's hosts: this machine needs the clients for it, and neither Pulumi nor the
 * state's passphrase.
 */
export async function callToLook(stack: string, progress: Progress, project: Project): Promise<PulumiCall> {
  const folders = foldersOf(project, stack, namespaceOf(project, stack));
  await setUp([clientRequirements()], progress);
  return { project, stack, logFolder: folders.logs, environment: variablesForHosts(project, { folders }) };
}

/** Tells whether a stack's containers run on hosts over SSH: this machine needs no engine and no images for it. */
export function hasHosts(stack: string): boolean {
  const environment = environmentOf(stack);
  return environment === "host" || kindOf(environment)?.hosts === "ssh";
}
