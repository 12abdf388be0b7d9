import { endedSilently, reasons } from "../failures.ts";
import type { Outcome } from "../pulumi/operation.ts";
import { parseUrn } from "../pulumi/urn.ts";
import type { CiReport } from "./report.ts";

/** Lists what went wrong outside the checks; the checks report their own problems. */
export function problemsOf(outcome: Outcome, checks: CiReport["checks"]): string[] {
  if (outcome.succeeded) return [];
  const errors = outcome.errors.filter(
    ({ urn = "", message }) => !isCheck(urn) && !isConsequence(urn, message),
  );
  const others = reasons({ ...outcome, errors });
  return others.length > 0 || checks.some(({ outcome: how }) => how === "failed")
    ? others
    : [endedSilently(outcome.ending)];
}

function isCheck(urn: string): boolean {
  const { types = [] } = parseUrn(urn) ?? {};
  return types.includes("towpath:ci:Check") || types.includes("towpath:ci:MigrationRehearsal");
}

/** A tag is refused, and not skipped, when its image does not build. */
function isConsequence(urn: string, message: string): boolean {
  return (
    parseUrn(urn)?.types.at(-1) === "docker:index/tag:Tag" && message.includes("Missing required argument")
  );
}
