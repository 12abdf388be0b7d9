import { explain } from "./failures.ts";
import { Interrupted, Problem } from "./problem.ts";
import type { Outcome } from "./pulumi/operation.ts";

/** Throws what went wrong in an operation, in people's words. */
export function checkOutcome(outcome: Outcome): void {
  if (outcome.succeeded) return;
  if (outcome.interrupted) {
    throw new Interrupted("interrupted: the run ended where it was; the next one goes on from there");
  }
  throw new Problem(explain(outcome));
}
