import { defined } from "../input/defined.ts";
import type { ReleasePlan } from "./plan.ts";
import { withRecord, type MadeRelease, type ReleaseRecord } from "./release-record.ts";

/** The results of a run that its plan lacks. */
export type Made = Pick<MadeRelease, "secretVersions" | "schema" | "receipts" | "postgres" | "external">;

/** The stack's records once users have the release, newest first; the same as before when the run changed nothing. */
export function recordsAfter(
  plan: ReleasePlan,
  { schema, receipts, secretVersions, postgres, external }: Made,
  endedAt = new Date(),
): readonly ReleaseRecord[] {
  const { id, images, description, commit, branch, tag, version, unproven, approvedBy, rollbackOf } = plan;
  const { by, run, startedAt, endToEnd } = plan;
  const revision = schemaAfter(plan, schema);
  return withRecord(plan.records, {
    id,
    images,
    ...defined({ description, commit, branch, tag, version }),
    settingsHash: plan.settingsHash,
    secretVersions,
    ...defined({ schema: revision }),
    receipts: { ...receipts, ...defined({ endToEnd }) },
    by,
    ...defined({ run }),
    startedAt,
    endedAt: endedAt.toISOString(),
    ...defined({ approvedBy, unproven, rollbackOf, postgres, external }),
  });
}

/** A schema that was left alone is what it was, whatever an old receipt in the state says. */
function schemaAfter(
  { current, rollback, downgrade, changes }: ReleasePlan,
  schema: MadeRelease["schema"],
): MadeRelease["schema"] {
  const stayed = (rollback && downgrade === undefined) || (!changes && schema?.after === undefined);
  return stayed ? current?.schema : schema;
}
