import * as pulumi from "@pulumi/pulumi";
import type { Variables } from "../application/variables.ts";
import { defined } from "../input/defined.ts";
import type { PlanBasis, RunningOutputs } from "../plan/plan-basis.ts";
import type { ReleasePlan } from "../plan/plan.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import type { PlanFile } from "./plan-file.ts";

/** What a plan is made from, and what it is compared with. */
export interface PlanOrigin {
  readonly basis?: PlanBasis;
  /** The variables of the settings that what runs was made with. */
  readonly variables?: Variables;
}

/**
 * What this run's plan is made from, which has to be that of the file that `TOWPATH_PLAN` names; nothing where nobody asks for
 * it, or has to approve it.
 *
 * @throws InputError with everything that is another
 */
export async function planOrigin(
  plan: ReleasePlan,
  settings: ReleasedSettings,
  planFile: PlanFile | undefined,
): Promise<PlanOrigin> {
  const { TOWPATH_PLAN: file = "" } = process.env;
  if (file === "" && planFile === undefined && !("approval" in settings)) return {};
  const { basisOf, checkSamePlan, programIn } = await import("../plan/plan-basis.ts");
  const outputs: RunningOutputs & Pick<PlanOrigin, "variables"> =
    (await stackOutputsOf(pulumi.getStack())) ?? {};
  const basis = basisOf(plan, outputs, programIn(process.cwd()));
  if (file !== "" && planFile === undefined) checkSamePlan(file, basis);
  return { basis, ...defined({ variables: outputs.variables }) };
}
