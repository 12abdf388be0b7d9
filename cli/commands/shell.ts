import { attached } from "../process/attached.ts";
import type { Project } from "../project.ts";
import { findContainers, runningOf, terminalFlags } from "../stack/stack-containers.ts";
import type { Progress } from "../terminal/progress.ts";

/** bash where the image has one. */
const anyShell = ["sh", "-c", 'exec "$(command -v bash || command -v sh)"'];

/** A program to run where a part runs. */
export interface ExecRequest {
  /** The stack; this working copy's local environment when it is left out. */
  readonly stack?: string | undefined;
  /** A service, a backing service or the gateway. */
  readonly part: string;
  /** The program and its arguments; a shell when it is left out. */
  readonly command?: readonly string[];
}

/**
 * Runs a program in the newest container of a part that runs, on this terminal.
 *
 * @returns the program's exit code
 */
export async function exec(
  { stack, part, command = anyShell }: ExecRequest,
  progress: Progress,
  project: Project,
): Promise<number> {
  const { id, client } = runningOf(await findContainers({ stack, part }, progress, project), part);
  progress.stop();
  return attached("docker", ["exec", ...terminalFlags(), id, ...command], { environment: client });
}
