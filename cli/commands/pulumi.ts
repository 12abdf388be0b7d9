import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { application } from "../../application.ts";
import { checkHosts } from "../../components/host/check-hosts.ts";
import { connect, wasLost } from "../../components/host/connection.ts";
import { leastDemand } from "../../components/host/preflight.ts";
import { folderOf, type HostConnection } from "../../components/host/ssh-config.ts";
import { HostProblem } from "../../components/host/ssh-failure.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import { imageMirrorOf } from "../../components/settings/settings.ts";
import { attached } from "../process/attached.ts";
import { findEngine } from "../docker/endpoint.ts";
import { usesOwnPassphrase } from "../pulumi/variables.ts";
import { hostLost } from "../failures/engine.ts";
import { hostsOfStack } from "../stack/hosts.ts";
import { withPort } from "../stack/local-port.ts";
import { placeOf } from "../pulumi/folders.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../terminal/progress.ts";
import { pulumiFolder, readProject, type Project } from "../project.ts";
import { removeLeftSite } from "../stack/gateway-site.ts";
import { clearKilledRelease } from "../stack/killed-release.ts";
import type { PulumiCall } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { readDeployment } from "../pulumi/state.ts";
import { run } from "../process/run.ts";
import { namespaceOf, namespaceWarning, settingsOf } from "../stack/settings.ts";
import { clientRequirements } from "../setup/clients.ts";
import { environmentFor, environmentForHosts, getReady, requirementsOf } from "../setup/machine.ts";
import { setUp } from "../setup/set-up.ts";
import { stack as localStack } from "../stack/session.ts";

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

/** Those that change what is on the hosts, and so have to know what a killed run left there. */
const changing = new Set(["up", "update", "destroy", "down"]);

const destroying = new Set(["destroy", "down"]);

/** Those that reach the hosts without the program, which would open the connections. */
const withoutProgram = new Set([...destroying, "refresh"]);

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
  const command = args[commandIndex(args)] ?? "";
  const stack = stackOf(args) ?? localStack;
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const call = await callFor(command, stack, progress, project);
  if (changing.has(command) && isReleased(stack)) await clearKilledRelease(call, run, progress);
  const connections = withoutProgram.has(command) && isReleased(stack) ? await openHosts(call, progress) : {};
  progress.stop();
  const code = await keepingSaltOut(call, usesOwnPassphrase(), () =>
    attached(join(pulumiFolder(project), "pulumi"), args, {
      environment: call.environment,
      cwd: project.root,
      yields: needsMachine.has(command),
    }),
  );
  if (code !== 0 && isReleased(stack)) await sayHostProblems(call, progress);
  const destroyed = code === 0 && destroying.has(command) && !args.includes("--preview-only");
  if (destroyed && isReleased(stack)) {
    const settings = settingsOf(project, application.name, stack);
    await removeLeftSite(call, settings, connections, run, progress);
  }
  return code;
}

/** Provides what a command of Pulumi on a stack needs. */
export async function callFor(
  command: string,
  stack: string,
  progress: Progress,
  project: Project,
): Promise<PulumiCall> {
  const place = placeOf(project, stack, namespaceOf(project, application.name, stack));
  const call = { project, stack, logFolder: place.logs };
  const requirements = requirementsOf(project, { place });
  if (isReleased(stack)) {
    const clients = needsMachine.has(command) ? [clientRequirements()] : [];
    await setUp([...requirements.pulumi, ...clients], progress);
    return { ...call, environment: environmentForHosts(project, { place }) };
  }
  if (needsMachine.has(command) && environmentOf(stack) !== "repository") {
    const settings = settingsOf(project, application.name, isOfWorkspace(stack) ? stack : localStack);
    const wanted = { imageMirror: imageMirrorOf(settings), place };
    const { engine, environment } = await getReady(project, wanted, "start", progress);
    if (stack !== localStack) return { ...call, environment };
    const deployment = await readDeployment({ ...call, environment }, run);
    return { ...call, ...(await withPort({ ...call, engine, environment, settings, deployment })) };
  }
  await setUp(requirements.pulumi, progress);
  const engine = await findEngine(run);
  return {
    ...call,
    environment: environmentFor(project, { place }, "reason" in engine ? undefined : engine),
  };
}

/** Whether a stack's containers run on hosts over SSH: this machine needs no engine and no images for it. */
export function isReleased(stack: string): boolean {
  const environment = environmentOf(stack);
  return environment !== undefined && !["local", "ci", "repository"].includes(environment);
}

/**
 * Opens the connections to a stack's hosts, which the program does itself. Throws a Problem when one cannot be reached.
 *
 * @returns them, by the hosts' names
 */
export async function openHosts(
  call: PulumiCall,
  progress: Progress,
): Promise<Readonly<Record<string, HostConnection>>> {
  process.chdir(call.project.root);
  const { connections } = await hostsOfStack(call, run);
  const step = progress.step("connecting the hosts");
  try {
    await Promise.all(Object.values(connections).map((connection) => connect(connection)));
    return connections;
  } catch (error) {
    throw error instanceof HostProblem ? new Problem(error.message) : error;
  } finally {
    step.done();
  }
}

/** Pulumi's own words name a socket of this machine, or what an engine could not do: a person has to know what is wrong there. */
async function sayHostProblems({ project, stack }: PulumiCall, progress: Progress): Promise<void> {
  process.chdir(project.root);
  const folder = folderOf(namespaceOf(project, application.name, stack));
  const opened = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sock")) : [];
  for (const name of opened) {
    const connection = { folder, host: name.slice(0, -".sock".length) };
    if (await wasLost(connection)) progress.say(hostLost(connection.host));
    const [report] = await checkHosts({ [connection.host]: connection }, leastDemand);
    for (const problem of report?.problems ?? []) progress.say(problem);
  }
}

/** Pulumi's flags that may stand before its command, and take the next argument for their value. */
const flagsWithValues = new Set([
  ...["--color", "-C", "--cwd", "-v", "--verbose", "--tracing", "--profiling", "--memprofilerate"],
  ...["--stack", "-s", "--otel-traces"],
]);

/** Where a command line has Pulumi's command: after flags and their values. */
function commandIndex(args: readonly string[]): number {
  let index = 0;
  for (let arg = args[index]; arg?.startsWith("-") === true; arg = args[index]) {
    index += flagsWithValues.has(arg) ? 2 : 1;
  }
  return index;
}

/**
 * The stack that a command line names: by `--stack`, or where Pulumi wants it without, as `stack init staging` and
 * `cancel local`.
 */
export function stackOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  if (at !== -1) return args[at + 1];
  const joined = args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length);
  const command = commandIndex(args);
  if (joined !== undefined || !["stack", "cancel"].includes(args[command] ?? "")) return joined;
  return args.slice(command + 1).find((arg) => environmentOf(arg) !== undefined);
}
