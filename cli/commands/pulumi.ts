import { join } from "node:path";
import { application } from "../../application.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import { attached } from "../attached.ts";
import { findEngine } from "../docker/endpoint.ts";
import { usesOwnPassphrase } from "../environment.ts";
import { withPort } from "../local-port.ts";
import { placeOf } from "../place.ts";
import type { Progress } from "../progress/progress.ts";
import { pulumiFolder, readProject, type Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { readDeployment } from "../pulumi/state.ts";
import { run } from "../run.ts";
import { namespaceOf, namespaceWarning, settingsOf } from "../settings.ts";
import { environmentFor, getReady, requirementsOf } from "../setup/machine.ts";
import { setUp } from "../setup/set-up.ts";
import { stack as localStack } from "./session.ts";

/** The commands that run the program or touch machines; the others need neither engine nor images. */
const needsMachine = new Set([
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

/**
 * Runs the pinned Pulumi CLI on this project with everything set up: `npm run pulumi -- up --stack local`.
 *
 * @returns its exit code
 */
export async function pulumi(
  progress: Progress,
  args: readonly string[],
  project = readProject(),
): Promise<number> {
  const stack = stackOf(args) ?? localStack;
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const call = await callOf(args[0], stack, progress, project);
  progress.stop();
  return keepingSaltOut(call, usesOwnPassphrase(), () =>
    attached(join(pulumiFolder(project), "pulumi"), args, {
      environment: call.environment,
      cwd: project.root,
    }),
  );
}

async function callOf(
  command: string | undefined,
  stack: string,
  progress: Progress,
  project: Project,
): Promise<PulumiCall> {
  const place = placeOf(project, stack, namespaceOf(project, application.name, stack));
  const call = { project, stack, logFolder: place.logs };
  if (needsMachine.has(command ?? "")) {
    const settings = settingsOf(project, application.name, isOfWorkspace(stack) ? stack : localStack);
    const wanted = { imageMirror: settings.imageMirror, place };
    const { engine, environment } = await getReady(project, wanted, "start", progress);
    if (stack !== localStack) return { ...call, environment };
    const deployment = await readDeployment({ ...call, environment }, run);
    return { ...call, ...(await withPort({ ...call, engine, environment, settings, deployment })) };
  }
  await setUp(requirementsOf(project, { place }).pulumi, progress);
  const engine = await findEngine(run);
  return {
    ...call,
    environment: environmentFor(project, { place }, "reason" in engine ? undefined : engine),
  };
}

/**
 * The stack that a command line names: by `--stack`, or where Pulumi wants it without, as `stack init staging` and
 * `cancel local`.
 */
export function stackOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  if (at !== -1) return args[at + 1];
  const joined = args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length);
  if (joined !== undefined || (args[0] !== "stack" && args[0] !== "cancel")) return joined;
  return args.slice(1).find((arg) => environmentOf(arg) !== undefined);
}
