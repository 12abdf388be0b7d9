import { parseApplication } from "../../components/application/parse.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { runOperation } from "../pulumi/operation.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { callFor } from "../stack/call.ts";
import { clearKilledRelease } from "../stack/killed-release.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import {
  planRollback,
  rollbackInWords,
  type RollbackPlan,
  type RollbackRequest,
} from "../stack/rollback-plan.ts";
import { agree, type Agreeing, type Agreement } from "../terminal/agree.ts";
import type { Progress } from "../terminal/progress.ts";
import { checkOutcome } from "../outcome.ts";

/** The result of `towpath rollback`. */
export interface RolledBack extends RollbackPlan {
  readonly seconds: number;
}

export type RollbackSettings = RollbackRequest & Agreeing;

/** Shows what going back to a release does, and does it when that is agreed to: as another release of its images. */
export async function rollback(
  progress: Progress,
  settings: RollbackSettings,
  project: Project,
): Promise<RolledBack> {
  const began = Date.now();
  checkKeepsRecords(settings.stack);
  const call = await callFor("up", settings.stack, progress, project);
  const records = await readRecords(call, run);
  const { migrations } = records[0]?.description ?? parseApplication(project.application);
  const plan = planRollback(records, settings, migrations);
  progress.say(rollbackInWords(plan));
  await agree(agreementOf(plan), settings);
  await releaseWith(call, progress, {
    TOWPATH_ROLLBACK: plan.to,
    ...(plan.downgrade && { TOWPATH_DOWNGRADE: "true" }),
    ...(settings.acceptUnknownSchema && { TOWPATH_UNKNOWN_SCHEMA: "true" }),
  });
  return { ...plan, seconds: Math.round((Date.now() - began) / 100) / 10 };
}

/** Says what was done. */
export function rolledBackInWords({ stack, from, to, seconds }: RolledBack): string {
  return `${stack}: ${to} runs again in place of ${from}, after ${seconds} s`;
}

/** Runs `pulumi up` with variables that tell the program what is special about this run. */
export async function releaseWith(
  call: PulumiCall,
  progress: Progress,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await clearKilledRelease(call, run, progress);
  const told = { ...call, environment: { ...call.environment, ...variables } };
  checkOutcome(
    await keepingSaltOut(call, usesOwnPassphrase(), () =>
      // The copies are elsewhere, as a rule: who waits at a terminal goes first.
      runOperation("up", told, progress, [], { yields: !process.stdin.isTTY }),
    ),
  );
}

/** What going back means for users. */
export function agreementOf({ stack, to }: Pick<RollbackPlan, "stack" | "to">): Agreement {
  return {
    does: `rollback: changes what users of ${stack} get`,
    question: `Roll ${stack} back to ${to}?`,
    unasked: `use "npx towpath rollback ${to} --stack ${stack} --yes"`,
    refused: "nothing was changed",
  };
}
