import { join } from "node:path";
import type { Program } from "../../components/contract/program.ts";
import { connectionText, type HostConnection } from "../../components/host/ssh-config.ts";
import { towpathFolder } from "../../components/host/towpath-folder.ts";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run, type RunResult, type RunSettings } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { asStep, type Progress } from "../terminal/progress.ts";

/**
 * Runs a step's program by itself, on a host whose connection is open, or without one on this machine's engine. On a host its
 * receipt, or the reason of its failure, is on standard output, and on standard error what it waits for.
 *
 * @param input goes to its standard input, where no process list shows it
 */
export function runProgram(
  program: Program,
  input: object,
  connection: HostConnection | undefined,
  { project, environment }: Pick<PulumiCall, "project" | "environment">,
  run: Run,
  onLine?: RunSettings["onLine"],
): Promise<RunResult> {
  return run(process.execPath, [join(towpathFolder(project.root), "steps/run.mjs"), program], {
    cwd: project.root,
    environment: { ...environment, ...(connection && { TOWPATH_HOST: connectionText(connection) }) },
    input: JSON.stringify(input),
    ...defined({ onLine }),
  });
}

/** A step's program that the command line runs by itself. */
export interface ProgramRun {
  readonly program: Program;
  readonly input: object;
  /** The words for what it does, for those who wait. */
  readonly words: string;
  /** The message for one that was ended: nobody knows what became of it. */
  readonly wasEnded: string;
}

/**
 * Runs a step's program by itself and shows what it waits for.
 *
 * @returns its receipt
 * @throws Problem with its message
 */
export async function runStep(
  { program, input, words, wasEnded }: ProgramRun,
  connection: HostConnection | undefined,
  call: Pick<PulumiCall, "project" | "environment">,
  run: Run,
  progress: Progress,
): Promise<object> {
  return asStep(progress, words, async (step) => {
    const tell = (line: string, from: "stdout" | "stderr"): void => {
      if (from === "stderr") step.detail(line);
    };
    const { code, stdout, stderr } = await runProgram(program, input, connection, call, run, tell);
    if (code === 0) return JSON.parse(stdout) as object;
    throw new Problem(stdout.trim() || stderr.trim() || wasEnded);
  });
}

/** The last line that a program said, of its receipt or failure where it came to that. */
export function lastLineOf({ stdout, stderr }: Pick<RunResult, "stdout" | "stderr">): string {
  return lastLines(stdout.trim() === "" ? stderr : stdout, 1);
}
