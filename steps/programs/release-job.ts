import type { ReleaseJobInput, ReleaseJobReceipt } from "../../components/contract/release-job.ts";
import { awaitEarlierRuns } from "../database/earlier-runs.ts";
import { failureOf } from "../machine/failed-run.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** Runs a job of a release once, with the release's image. What an earlier run began of it is waited for. */
async function releaseJob(
  described: ReleaseJobInput,
  machine: Machine,
): Promise<Omit<ReleaseJobReceipt, "seconds">> {
  const input = { ...described, limits: described.limits ?? (await machine.limits()) };
  const { job, command, timeoutSeconds } = input;
  await awaitEarlierRuns(machine, input, `jobs.${job}`);
  const at = new Date().toISOString();
  return machine.once(input, timeoutSeconds, async (ended) => {
    if (ended.exitCode === 0) return { at, log: await ended.log() };
    const { problem, remedy, log } = await failureOf(ended, timeoutSeconds);
    throw new StepFailure(
      `jobs.${job}: "${command.join(" ")}" ${problem}, ${meaning(input)}; ${remedy}its last log lines:\n${log}`,
    );
  });
}

/** What a failure means for users, and what to do. */
function meaning({ runs, again }: ReleaseJobInput): string {
  if (runs === "before-release") return `nothing new was started; ${again} runs it again`;
  return `users have the new release already, and the copies before it stay until it is done; ${again} runs it again`;
}

await runStep(releaseJob);
