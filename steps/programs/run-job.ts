import type { RunJobInput } from "../../components/contract/run-job.ts";
import { failureOf } from "../machine/failed-run.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** Runs a job once, like a copy of its service. Two runs of one job never overlap. */
async function runJob(input: RunJobInput, machine: Machine): Promise<object> {
  const { job, command, timeoutSeconds, logFile, labels } = input;
  const [running] = await machine.awaitRuns(labels, 0);
  if (running !== undefined) throw new StepFailure(runsAlready(job));
  const done = machine.onceLike(input, timeoutSeconds, async (ended) => {
    const log = await ended.log();
    await ended.keepLog(logFile);
    if (ended.exitCode === 0) return { log };
    const { problem, remedy } = await failureOf(ended, timeoutSeconds);
    throw new StepFailure(
      `jobs.${job}: "${command.join(" ")}" ${problem}; ${remedy}its last log lines, of all in ${logFile}:\n${log}`,
    );
  });
  return done.catch((error: unknown) => {
    // Two that looked at the same moment; the engine takes a name once.
    if (error instanceof StepFailure && error.message.includes("is already in use"))
      throw new StepFailure(runsAlready(job));
    throw error;
  });
}

function runsAlready(job: string): string {
  return `jobs.${job}: it runs already, and a job runs once at a time; wait until it is done`;
}

await runStep(runJob);
