import type { SeedInput } from "../../components/contract/seed.ts";
import { awaitEarlierRuns } from "../database/earlier-runs.ts";
import { failureOf } from "../machine/failed-run.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

async function seed(described: SeedInput, machine: Machine): Promise<object> {
  const input = { ...described, limits: described.limits ?? (await machine.limits()) };
  const { command, timeoutSeconds } = input;
  await awaitEarlierRuns(machine, input, "seed");
  await machine.once(input, timeoutSeconds, async (ended) => {
    if (ended.exitCode === 0) return;
    const { problem, remedy, log } = await failureOf(ended, timeoutSeconds);
    throw new StepFailure(
      `towpath:data: "${command.join(" ")}" ${problem}, nothing new was started; ${remedy}its last log lines:\n${log}`,
    );
  });
  return { command };
}

await runStep(seed);
