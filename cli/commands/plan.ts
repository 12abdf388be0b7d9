import { concernsOf } from "../comment/concerns.ts";
import type { StackPlan } from "../plan/stack-plan.ts";

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
  return [
    head,
    ...concerns.map(({ kind, words }) => `  ${kind}: ${words}`),
    ...resources.map(({ change, type, part, fields }) => {
      const named = fields.length === 0 ? "" : `: ${fields.join(", ")}`;
      return `  ${change} ${part} (${type.split(":").at(-1) ?? type})${named}`;
    }),
  ].join("\n");
}
