import { parseUrn } from "../pulumi/urn.ts";
import { partOf } from "../pulumi/words.ts";
import type { ResourceChange } from "./stack-plan.ts";

/** The output of `pulumi preview --json`: those parts that are used here. */
export interface PreviewDigest {
  readonly steps?: readonly {
    readonly op: string;
    readonly urn: string;
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
    readonly diffReasons?: readonly string[] | null;
    readonly replaceReasons?: readonly string[] | null;
  }[];
  readonly diagnostics?: readonly {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
  }[];
}

/**
 * The resources of an environment that would not stay as they are, in the engine's order; components are only what these
 * are made of. The names of all begin with `environmentName`.
 */
export function resourceChanges({ steps = [] }: PreviewDigest, environmentName: string): ResourceChange[] {
  return steps
    .flatMap((step, at) => {
      const urn = parseUrn(step.urn);
      const type = urn?.types.at(-1) ?? "";
      if (urn === undefined || /^(?:towpath|pulumi):/.test(type)) return [];
      const change = changes[step.op];
      if (change === undefined) return [];
      const fields = Object.keys(step.detailedDiff ?? {});
      const named = fields.length > 0 ? fields : (step.replaceReasons ?? step.diffReasons ?? []);
      const part = partOf(urn.name, environmentName);
      const isDeletedFirst =
        change === "replace" &&
        order(steps, step.urn, "delete-replaced") < order(steps, step.urn, "create-replacement");
      return [
        { change, type, part, fields: [...named].sort(), ...(isDeletedFirst && { deletesFirst: true }), at },
      ];
    })
    .map(({ at: _, ...change }) => change);
}

/** A replacement has three steps, of which one counts. */
const changes: Readonly<Partial<Record<string, ResourceChange["change"]>>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

function order(steps: NonNullable<PreviewDigest["steps"]>, urn: string, op: string): number {
  const at = steps.findIndex((step) => step.urn === urn && step.op === op);
  return at === -1 ? Infinity : at;
}
