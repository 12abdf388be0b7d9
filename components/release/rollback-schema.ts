import { leftReleases, type ReleaseRecord } from "./release-record.ts";

/** What a rollback means for the database's schema. */
export type RollbackSchema =
  /** The application has no migrations, or both releases have the same revision. */
  | { readonly kind: "same" }
  /** The release was gone back from before: its own migrations bring the schema up to it. */
  | { readonly kind: "forward" }
  /** Nothing that was applied since takes anything away that the earlier release uses: the schema stays. */
  | { readonly kind: "compatible"; readonly revision: string }
  /** Something was taken away since; the migrations' own `down` goes back to the release's revision. */
  | { readonly kind: "downgrade"; readonly to: string; readonly destructive: readonly string[] }
  | { readonly kind: "impossible"; readonly why: string };

/**
 * What going back to a release means for the schema: decided by the records between it and what runs.
 *
 * `records` are newest first. Undefined when no record has that id.
 */
export function rollbackSchema(
  records: readonly ReleaseRecord[],
  id: string,
  hasMigrations: boolean,
): RollbackSchema | undefined {
  const at = records.findIndex((record) => record.id === id);
  const [current] = records;
  const target = records[at];
  if (target === undefined || current === undefined) return undefined;
  if (!hasMigrations) return { kind: "same" };
  if (leftReleases(records).has(id)) return { kind: "forward" };
  const now = current.schema?.after;
  const then = target.schema?.after;
  if (now === undefined || then === undefined) {
    const silent = then === undefined ? id : current.id;
    return { kind: "impossible", why: `the record of ${silent} does not say which revision its schema has` };
  }
  if (now === then) return { kind: "same" };
  const destructive = records.slice(0, at).flatMap(({ schema }) => schema?.destructive ?? []);
  return destructive.length === 0
    ? { kind: "compatible", revision: now }
    : { kind: "downgrade", to: then, destructive };
}
