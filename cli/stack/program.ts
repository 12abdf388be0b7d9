import { join } from "node:path";
import type { Program } from "../../components/contract/program.ts";
import { connectionText, type HostConnection } from "../../components/host/ssh-config.ts";
import { towpathFolder } from "../../components/host/towpath-folder.ts";
import { defined } from "../../components/input/defined.ts";
import type { Run, RunResult, RunSettings } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";

/**
 * Runs a step's program by itself, on a host whose connection is open. Its receipt, or the reason of its failure, is on
 * standard output, and on standard error what it waits for.
 *
 * @param input goes to its standard input, where no process list shows it
 */
export function runProgram(
  program: Program,
  input: object,
  connection: HostConnection,
  { project, environment }: Pick<PulumiCall, "project" | "environment">,
  run: Run,
  onLine?: RunSettings["onLine"],
): Promise<RunResult> {
  return run(process.execPath, [join(towpathFolder(project.root), "steps/run.mjs"), program], {
    cwd: project.root,
    environment: { ...environment, TOWPATH_HOST: connectionText(connection) },
    input: JSON.stringify(input),
    ...defined({ onLine }),
  });
}
