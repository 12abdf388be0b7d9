import { spawn } from "node:child_process";
import { join } from "node:path";
import { findEngine } from "../docker/endpoint.ts";
import { usesOwnPassphrase } from "../environment.ts";
import { duringInterrupts } from "../interrupts.ts";
import type { Progress } from "../progress/progress.ts";
import { pulumiFolder, readProject, type Project } from "../project.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { run } from "../run.ts";
import { environmentFor, requirementsOf } from "../setup/machine.ts";
import { setUp } from "../setup/set-up.ts";
import { provide } from "./provide.ts";
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
  const environment = await environmentOf(args[0], progress, project);
  progress.stop();
  return keepingSaltOut({ project, stack, environment }, usesOwnPassphrase(), () =>
    attached(join(pulumiFolder(project), "pulumi"), args, environment, project.root),
  );
}

async function environmentOf(
  command: string | undefined,
  progress: Progress,
  project: Project,
): Promise<NodeJS.ProcessEnv> {
  if (needsMachine.has(command ?? "")) {
    return (await provide(progress, project)).environment;
  }
  await setUp(requirementsOf(project, undefined).pulumi, progress);
  const engine = await findEngine(run);
  return environmentFor(project, undefined, "reason" in engine ? undefined : engine);
}

/** The stack that a command line names. */
export function stackOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  return at === -1 ? args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length) : args[at + 1];
}

/** Runs a program on our own terminal. Ctrl+C reaches it from the terminal; other requests to stop are passed on. */
function attached(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const child = spawn(command, args, { cwd, env: environment, stdio: "inherit" });
  return duringInterrupts(
    (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    },
    () =>
      new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
          resolve(code ?? 1);
        });
      }),
  );
}
