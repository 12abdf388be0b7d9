import { UserError } from "../../components/input/user-error.ts";
import { measuredOnInWords } from "../../components/migration/measured-facts.ts";
import { concernsOf } from "../comment/concerns.ts";
import { plan, type Planned } from "../plan/plan.ts";
import type { StackPlan } from "../plan/stack-plan.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";
import { drift } from "./drift.ts";
import { withMeasurements } from "./measured-plan.ts";

/** Plans a stack, with what is not as its last `up` left it, and with what its migrations do, measured. */
export async function wholePlan(planned: Planned, progress: Progress, project: Project): Promise<StackPlan> {
  return withMeasurements(await planWithDrift(planned, progress, project), progress, project);
}

/** Plans a stack, and looks at what is not as its last `up` left it; where that cannot be seen, the plan is without it. */
export async function planWithDrift(
  planned: Planned,
  progress: Progress,
  project: Project,
): Promise<StackPlan> {
  const found = await plan(planned, progress, project);
  if (found.facts?.current === undefined) return found;
  try {
    const { differences } = await drift(planned.stack, progress, project);
    return { ...found, drift: differences };
  } catch (error) {
    if (error instanceof UserError) return found;
    throw error;
  }
}

/** A plan for a terminal: what decides, and every resource. */
export function planInWords(plan: StackPlan): string {
  const { stack, facts, resources, problem } = plan;
  const concerns = concernsOf(plan);
  if (problem === undefined && resources.length === 0 && concerns.length === 0)
    return `${stack}: nothing changes`;
  const { release, current } = facts ?? {};
  const head =
    release === undefined
      ? `${stack}: could not be planned`
      : `${stack}: release ${release.id}, ${current === undefined ? "the first" : `after ${current.id}`}, plan ${facts?.digest ?? ""}`;
  const { on } = facts?.migration.facts ?? {};
  return [
    head,
    ...(on === undefined ? [] : [`  migrations: ${measuredOnInWords(on)}`]),
    ...concerns.map(({ kind, words }) => `  ${kind}: ${words}`),
    ...resources.map(({ change, type, part, fields }) => {
      const named = fields.length === 0 ? "" : `: ${fields.join(", ")}`;
      return `  ${change} ${part} (${type.split(":").at(-1) ?? type})${named}`;
    }),
  ].join("\n");
}
