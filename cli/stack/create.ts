import { join } from "node:path";
import { explain } from "../failures.ts";
import { Problem } from "../problem.ts";
import type { Run, RunResult } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";

/** Makes the stack, with nothing in it. `PULUMI_SECRETS_PROVIDER` names the key of its secrets, if not a passphrase. */
export async function createStack(call: PulumiCall, run: Run): Promise<void> {
  const provider = call.environment.PULUMI_SECRETS_PROVIDER;
  await pulumi(call, run, [
    "stack",
    "init",
    call.stack,
    "--no-select",
    ...(provider === undefined ? [] : ["--secrets-provider", provider]),
  ]);
}

/** Removes the stack, with its history, and leaves its settings where they are; with `force`, also one that has resources. */
export async function removeStack(call: PulumiCall, run: Run, { force = false } = {}): Promise<void> {
  const forced = force ? ["--force"] : [];
  await pulumi(call, run, ["stack", "rm", call.stack, "--yes", "--preserve-config", ...forced]);
}

async function pulumi(
  { project, environment }: PulumiCall,
  run: Run,
  args: readonly string[],
): Promise<RunResult> {
  const result = await run(
    join(pulumiFolder(project), "pulumi"),
    [...args, "--non-interactive", "--color", "never"],
    {
      cwd: project.root,
      environment,
    },
  );
  if (result.code !== 0)
    throw new Problem(explain({ errors: [], log: result.stderr, ending: `exit code ${result.code}` }));
  return result;
}
