import { environmentOf } from "../components/naming/namespace.ts";
import type { ReleaseRecord } from "../components/release/release-record.ts";
import { Problem } from "./problem.ts";
import type { PulumiCall } from "./pulumi/operation.ts";
import { readDeployment, stackOutputs } from "./pulumi/state.ts";
import type { Run } from "./run.ts";

/** Checks that a stack is one that keeps records. */
export function checkReleased(stack: string): void {
  const environment = environmentOf(stack);
  if (environment === "staging" || environment === "production") return;
  throw new Problem(
    `--stack: expected a stack that is released to, got ${JSON.stringify(stack)}; take staging or production`,
  );
}

/** The records of a stack, newest first; none where nothing was released yet. */
export async function readRecords(call: PulumiCall, run: Run): Promise<readonly ReleaseRecord[]> {
  const { releases = [] } = stackOutputs(await readDeployment(call, run));
  return releases as readonly ReleaseRecord[];
}
