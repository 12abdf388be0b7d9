import { attached } from "../process/attached.ts";
import type { Project } from "../project.ts";
import { findLocal, runningOf, terminalFlags } from "../stack/local-containers.ts";
import type { Progress } from "../terminal/progress.ts";

/** bash where the image has one. */
const anyShell = ["sh", "-c", 'exec "$(command -v bash || command -v sh)"'];

/**
 * A shell in the container of one part of the local environment.
 *
 * @returns the shell's exit code
 */
export async function shell(progress: Progress, part: string, project: Project): Promise<number> {
  const { id } = runningOf(await findLocal(progress, project, part), part);
  progress.stop();
  return attached("docker", ["exec", ...terminalFlags(), id, ...anyShell]);
}
