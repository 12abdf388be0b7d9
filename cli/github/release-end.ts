import { UserError } from "../../components/input/user-error.ts";
import { checkOutcome } from "../outcome.ts";
import { explain } from "../failures.ts";
import type { Outcome } from "../pulumi/operation.ts";
import type { DeploymentEnd } from "./deployments.ts";

/** A release's end, for GitHub, and its address; a failure is thrown by `url`, once GitHub knows of it. */
export interface End {
  readonly said: DeploymentEnd;
  readonly url: () => string;
}

/** Releases, and says how that ended. */
export async function ended(release: () => Promise<Outcome>): Promise<End> {
  try {
    const outcome = await release();
    if (outcome.succeeded) {
      const url = String(outcome.outputs.url);
      return { said: { state: "success", url }, url: () => url };
    }
    return {
      said: { state: "failure", reason: explain(outcome) },
      url: () => {
        checkOutcome(outcome);
        return "";
      },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      said: { state: "failure", reason: error.message },
      url: () => {
        throw error;
      },
    };
  }
}
