import { join } from "node:path";
import { environmentOf } from "../../components/naming/namespace.ts";
import type { RunningOutputs } from "../../components/plan/plan-basis.ts";
import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { stateUnreadable } from "../pulumi/state.ts";

/** Checks that a stack is one that keeps records. */
export function checkKeepsRecords(stack: string): void {
  if (kindOf(environmentOf(stack))?.records === true) return;
  throw new Problem(
    `--stack: expected a stack that is released to, got ${JSON.stringify(stack)}; take staging or production`,
  );
}

/** The outputs of a stack that is released to, as far as they are read here. */
type ReleasedOutputs = RunningOutputs & { readonly releases?: readonly ReleaseRecord[] };

/**
 * The records of a stack, newest first; none where nothing was released yet. They are encrypted in the state, so Pulumi is
 * asked.
 */
export async function readRecords(call: PulumiCall, run: Run): Promise<readonly ReleaseRecord[]> {
  const { releases = [] } = await readOutputs(call, run);
  return releases;
}

/** The outputs of a stack, those that are encrypted too; none where there is no such stack. */
export async function readOutputs(call: PulumiCall, run: Run): Promise<ReleasedOutputs> {
  const { project, stack, environment } = call;
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    ["stack", "output", "--stack", stack, "--json", "--show-secrets", "--non-interactive"],
    { cwd: project.root, environment },
  );
  if (code !== 0) {
    if (stderr.includes("no stack named")) return {};
    throw new Problem(stateUnreadable(environment.PULUMI_BACKEND_URL ?? "", stderr));
  }
  return JSON.parse(stdout) as ReleasedOutputs;
}
