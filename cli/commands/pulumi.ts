import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkHosts } from "../../components/host/check-hosts.ts";
import { wasLost } from "../../components/host/connection.ts";
import { leastDemand } from "../../components/host/preflight.ts";
import { folderOf } from "../../components/host/ssh-config.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { hostLost } from "../failures.ts";
import { attached } from "../process/attached.ts";
import { run } from "../process/run.ts";
import { pulumiFolder, type Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { leaveRoom, wakeBefore } from "../preview/sleep.ts";
import { noteRun } from "../pulumi/run-places.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { callFor, hasHosts, needsMachine } from "../stack/call.ts";
import { removeLeftSite } from "../stack/gateway-site.ts";
import { openHosts } from "../stack/hosts.ts";
import { clearKilledRelease } from "../stack/killed-release.ts";
import { stack as localStack } from "../stack/session.ts";
import { settingsFileArguments } from "../stack/settings-file.ts";
import { namespaceOf, namespaceWarning, settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** The commands that change what is on the hosts, and so have to know what a killed run left there. */
const changing = new Set(["up", "update", "destroy", "down"]);

const destroying = new Set(["destroy", "down"]);

/** The commands that read a stack's settings. */
const configured = new Set([...needsMachine, "config"]);

/** The commands that reach the hosts without the program, which would open the connections. */
const withoutProgram = new Set([...destroying, "refresh"]);

/**
 * Runs the pinned Pulumi CLI on this project with everything set up: `npm run pulumi -- up --stack local`.
 *
 * @returns its exit code
 */
export async function pulumi(progress: Progress, args: readonly string[], project: Project): Promise<number> {
  const command = args[commandIndex(args)] ?? "";
  const stack = stackOf(args) ?? localStack;
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const call = await callFor(command, stack, progress, project);
  if (changing.has(command) && hasHosts(stack)) await clearKilledRelease(call, run, progress);
  const reaches = withoutProgram.has(command) && hasHosts(stack);
  const connections = reaches ? await openHosts(call, run, progress) : {};
  const isPreview = environmentOf(stack) === "preview";
  if (command === "refresh" && isPreview) await wakeBefore(call, connections, progress);
  const settingsFile =
    configured.has(command) && !args.includes("--config-file") ? settingsFileArguments(stack) : [];
  progress.stop();
  const code = await keepingSaltOut(call, usesOwnPassphrase(), () =>
    attached(join(pulumiFolder(project), "pulumi"), [...args, ...settingsFile], {
      environment: call.environment,
      cwd: project.root,
      yields: needsMachine.has(command),
      onStart: (pid) => noteRun(call.environment, pid),
    }),
  );
  if (code !== 0 && hasHosts(stack)) await sayHostProblems(call, progress);
  const destroyed = code === 0 && destroying.has(command) && !args.includes("--preview-only");
  if (destroyed && hasHosts(stack)) {
    const settings = settingsOf(project, stack);
    await removeLeftSite(call, settings, connections, run, progress);
    if (isPreview) await leaveRoom(call, connections);
  }
  return code;
}

/** Reports the problems of the hosts: Pulumi's own words only name a socket here, or what an engine could not do. */
async function sayHostProblems({ project, stack }: PulumiCall, progress: Progress): Promise<void> {
  process.chdir(project.root);
  const folder = folderOf(namespaceOf(project, stack));
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
  "--color",
  "-C",
  "--cwd",
  "-v",
  "--verbose",
  "--tracing",
  "--profiling",
  "--memprofilerate",
  "--stack",
  "-s",
  "--otel-traces",
]);

/** The index of Pulumi's command in a command line: after flags and their values. */
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
