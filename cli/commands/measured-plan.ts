import { UserError } from "../../components/input/user-error.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import type { StackPlan } from "../plan/stack-plan.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";
import { migrations } from "./migrations.ts";

/**
 * Puts into a plan what its migrations do to the database that is there, measured. Where nothing could be measured, the plan
 * keeps what was read from the SQL, and a warning says why.
 */
export async function withMeasurements(
  plan: StackPlan,
  progress: Progress,
  project: Project,
  measure: typeof migrations = migrations,
): Promise<StackPlan> {
  const { stack, facts, warnings } = plan;
  if (facts === undefined || facts.migration.revisions.length === 0) return plan;
  if (facts.current === undefined || kindOf(environmentOf(stack))?.records !== true) return plan;
  try {
    const measured = await measure({ stack, commit: facts.release.commit }, progress, project);
    if (measured.facts.statements.length === 0) return plan;
    const migration = { ...facts.migration, facts: measured.facts };
    return { ...plan, facts: { ...facts, migration } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...plan, warnings: [...warnings, notMeasured(stack, error.message)] };
  }
}

/** Says that what a migration does is read and not measured. */
export function notMeasured(stack: string, why: string): string {
  const [line = ""] = why.split("\n");
  return `migrations: what they do to ${stack} is read from their SQL and not measured: ${line}`;
}
