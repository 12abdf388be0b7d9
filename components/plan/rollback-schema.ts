import type { Application, Migrations, MigrationsAtStart } from "../application/application.ts";
import { defined } from "../input/defined.ts";
import { leftReleases, type ReleaseRecord } from "./release-record.ts";

/** The effect of a rollback on the database's schema. */
export type RollbackSchema =
  /** The application has no migrations, or both releases have the same revision. */
  | { readonly kind: "same" }
  /** The release was gone back from before: its own migrations bring the schema up to it. */
  | { readonly kind: "forward" }
  /** Nothing that was applied since takes anything away that the earlier release uses: the schema stays. */
  | { readonly kind: "compatible"; readonly revision: string }
  /** Something was taken away since; the migrations' own `down` goes back to the release's revision. */
  | { readonly kind: "downgrade"; readonly to: string; readonly destructive: readonly string[] }
  /**
   * It is not known whether anything was taken away, or there is no way down from what was; `to` is the release's revision, where
   * its record says it and the migrations lead there.
   */
  | { readonly kind: "unknown"; readonly why: string; readonly to?: string };

/** The release that was gone back from, which can tell where the schema is. */
export interface GoneBackFrom {
  /** The id of its record. */
  readonly record: string;
  /** The reference of the image that knows the schema, and how it is asked. */
  readonly image: string;
  readonly migrations: Migrations;
  /** `asked` in this run; `accepted` by a person, who says that the earlier release gets along; `settled` by an earlier run. */
  readonly whether: "asked" | "accepted" | "settled";
}

/**
 * Decides what going back to a release means for the schema, by the records between it and what runs.
 *
 * `records` are newest first; `migrations` are those of the release that runs. Undefined when no record has that id.
 */
export function rollbackSchema(
  records: readonly ReleaseRecord[],
  id: string,
  migrations: Application["migrations"],
): RollbackSchema | undefined {
  const at = records.findIndex((record) => record.id === id);
  const [current] = records;
  const target = records[at];
  if (target === undefined || current === undefined) return undefined;
  if (migrations === undefined) return { kind: "same" };
  if (leftReleases(records).has(id)) return { kind: "forward" };
  if ("atStart" in migrations) return afterStarts(migrations, current, target);
  const now = current.schema?.after;
  const then = target.schema?.after;
  if (then === undefined) return { kind: "unknown", why: silent(target) };
  const way = hasWayDown(migrations) ? { to: then } : {};
  if (now === undefined) return { kind: "unknown", why: silent(current), ...way };
  if (now === then) return { kind: "same" };
  const { destructive, unknown } = takenSince(records.slice(0, at + 1));
  if (destructive.length > 0) {
    return hasWayDown(migrations)
      ? { kind: "downgrade", to: then, destructive }
      : { kind: "unknown", why: `${tookAway(destructive)}, and migrations.down is left out` };
  }
  return unknown === undefined
    ? { kind: "compatible", revision: now }
    : { kind: "unknown", why: unknown, ...way };
}

/** Nobody but the service itself knows what it does to the schema: only its own image leaves that as it is. */
function afterStarts(
  { service }: MigrationsAtStart,
  current: ReleaseRecord,
  target: ReleaseRecord,
): RollbackSchema {
  const image = current.description?.services[service]?.image;
  if (image !== undefined && current.images[image] === target.images[image]) return { kind: "same" };
  return {
    kind: "unknown",
    why: `${service} migrates the schema by itself at its start, and what it took away since is not known`,
  };
}

function tookAway(destructive: readonly string[]): string {
  return `${destructive.join(", ")} took something away since`;
}

/** Migrations that can take the schema back. */
export type WithWayDown = Migrations & Required<Pick<Migrations, "down">>;

export function hasWayDown(migrations: Migrations | MigrationsAtStart): migrations is WithWayDown {
  return "down" in migrations;
}

/** Says that a rollback cannot go down first, although it is asked to. */
export const noWayDown =
  "expected migrations.down of the release that runs for --with-downgrade, got none; leave --with-downgrade out, restore a backup from then, or release a repair";

/** Returns what was taken away between the oldest of these records and the newest one, and why more may have been. */
function takenSince(records: readonly ReleaseRecord[]): { destructive: string[]; unknown?: string } {
  const destructive: string[] = [];
  const reasons: string[] = [];
  for (let index = 0; index < records.length - 1; index++) {
    const revision = records[index]?.schema?.after;
    // Steps away from a revision that the schema came back to were undone.
    if (revision !== undefined) index = records.findLastIndex(({ schema }) => schema?.after === revision);
    const [record, older] = records.slice(index, index + 2);
    if (record === undefined || older === undefined) break;
    const reason = unknownSince(older, record);
    if (reason === undefined) destructive.push(...(record.schema?.destructive ?? []));
    else reasons.push(reason);
  }
  const [unknown] = reasons;
  return { destructive, ...defined({ unknown }) };
}

/** Returns why it is not known what a release took away that the one before it had; undefined where it is. */
function unknownSince(older: ReleaseRecord, record: ReleaseRecord): string | undefined {
  const { schema } = record;
  if (schema === undefined) return silent(record);
  const { before, after, destructive, unknown } = schema;
  const left = older.schema?.after;
  if (before !== left) {
    return `the record of ${older.id} leaves the schema at ${left ?? "no revision"}, that of ${record.id} finds it at ${before ?? "no revision"}`;
  }
  if (before === after || destructive !== undefined) return undefined;
  const because = unknown ?? `the record of ${record.id} does not say it`;
  return `what was taken away from ${before ?? "no revision"} to ${after ?? "no revision"} is not known, for ${because}`;
}

function silent({ id }: ReleaseRecord): string {
  return `the record of ${id} does not say which revision its schema has`;
}

/** Says that nobody knows whether a release gets along with the schema. */
export function unknownSchema(
  id: string,
  { why, to }: { readonly why: string; readonly to?: string },
): string {
  const other =
    to === undefined
      ? "restore a backup from then, or release a repair"
      : `go down to its revision ${to} with --with-downgrade, which may lose what was written since`;
  return `expected a release that the database allows, got ${id}: ${why}; look whether it gets along with the schema as it is and say so with --accept-unknown-schema, or ${other}`;
}

/** Says that a rollback takes more than other images. */
export function needsDowngrade(
  id: string,
  { to, destructive }: { readonly to: string; readonly destructive: readonly string[] },
): string {
  return `expected a release that the database allows, got ${id}: ${tookAway(destructive)}; go down to its revision ${to} with --with-downgrade, which may lose what was written since`;
}
