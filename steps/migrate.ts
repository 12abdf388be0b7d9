import { runInContainer, type ContainerRun } from "./container-run.ts";
import { docker, lastLogLines } from "./docker.ts";
import { runStep, StepFailure } from "./program.ts";

/** One run of the application's migrations, in a container of its own. */
export interface MigrateInput extends ContainerRun {
  readonly timeoutSeconds: number;
}

async function migrate(input: MigrateInput): Promise<object> {
  const { command, timeoutSeconds } = input;
  await awaitEarlierRun(input);
  return runInContainer(input, timeoutSeconds, async (container, exitCode) => {
    if (exitCode === 0) return { command };
    const problem =
      exitCode === undefined ? `not done within ${timeoutSeconds} s` : `ended with exit code ${exitCode}`;
    throw new StepFailure(
      `migrations: "${command.join(" ")}" ${problem}, nothing new was started; its last log lines:\n` +
        (await lastLogLines(container)),
    );
  });
}

/** A run whose starter was killed goes on without it: let it finish first, so that two never run at once. */
async function awaitEarlierRun({ labels, timeoutSeconds }: MigrateInput): Promise<void> {
  const filters = Object.entries(labels).flatMap(([key, value]) => ["--filter", `label=${key}=${value}`]);
  const earlier = (await docker(["ps", "--all", "--quiet", ...filters]))
    .split("\n")
    .filter((id) => id !== "");
  if (earlier.length === 0) return;
  const running = (await docker(["ps", "--quiet", ...filters])).split("\n").filter((id) => id !== "");
  if (running.length > 0) await docker(["wait", ...running], { timeoutSeconds });
  await docker(["rm", "--force", ...earlier]);
}

await runStep(migrate);
