import { join } from "node:path";
import { environmentOf } from "../../components/naming/namespace.ts";
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

/**
 * The records of a stack, newest first; none where nothing was released yet. They are encrypted in the state, so Pulumi is
 * asked.
 */
export async function readRecords(call: PulumiCall, run: Run): Promise<readonly ReleaseRecord[]> {
  const { project, stack, environment } = call;
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    ["stack", "output", "--stack", stack, "--json", "--show-secrets", "--non-interactive"],
    { cwd: project.root, environment },
  );
  if (code !== 0) {
    if (stderr.includes("no stack named")) return [];
    throw new Problem(stateUnreadable(environment.PULUMI_BACKEND_URL ?? "", stderr));
  }
  const { releases = [] } = JSON.parse(stdout) as { releases?: readonly ReleaseRecord[] };
  return releases;
}
