import { createHash } from "node:crypto";
import { defined } from "../input/defined.ts";
import type { ExternalService } from "../settings/external.ts";
import { hashedSettings } from "../settings/hashed.ts";
import { settingsSchemas, type Settings } from "../settings/settings.ts";
import { inOrder, sortedEntries } from "./in-order.ts";
import type { ReleaseDescription } from "./release-description.ts";

/** The identity of a release: its images, and how they run. */
export interface ReleaseIdentity {
  /** 12 hexadecimal digits that change exactly when an image or the description does. */
  readonly id: string;
  /** The images' ids or digests, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
  /** The description that the images run by; left out without records, and by records from before it was kept. */
  readonly description?: ReleaseDescription;
}

/** The proof that a step ran, and for which release. */
export interface ReleaseReceipt extends Readonly<Record<string, unknown>> {
  /** The id of the release that it ran for. */
  readonly release: string;
}

/** The proofs of a release's steps. */
export interface ReleaseReceipts {
  /** The dump from before the migration; left out where none was taken. */
  readonly backup?: ReleaseReceipt;
  /** The schema was brought up to date; left out where the application has no migrations. */
  readonly migration?: ReleaseReceipt;
  /** Every new copy became healthy. */
  readonly gates: ReleaseReceipt;
  /** The new copies answered as they should before the switch. */
  readonly smoke: ReleaseReceipt;
  /** Users got what they should after the switch. */
  readonly route: ReleaseReceipt;
  /** End-to-end tests passed against this environment, said by `towpath receipt end-to-end`. */
  readonly endToEnd?: ReleaseReceipt;
}

/** The change of the schema between the record before and this one, whichever run made it. */
export interface SchemaChange {
  /** The revision that the record before tells of; left out where the database was empty. */
  readonly before?: string;
  readonly after?: string;
  /** The revisions that were applied, in their order. */
  readonly applied: readonly string[];
  /** Those of them that drop, rename or narrow something, so that an older release may not run on the result; left out where that is not known. */
  readonly destructive?: readonly string[];
  /** The reason that it is not known what they took away. */
  readonly unknown?: string;
}

/** The release that one run made, by whom, and the proof that it is good. */
export interface ReleaseRecord extends ReleaseIdentity {
  /** The commit that the images were built from. */
  readonly commit?: string;
  /** The branch that the images were published of, as all of them say; left out where they do not. */
  readonly branch?: string;
  /** The commit's tag in git, when the run began; left out where it had none. */
  readonly tag?: string;
  /** The version that the images say of themselves. */
  readonly version?: string;
  /** 12 hexadecimal digits that change when a setting does that says what runs. */
  readonly settingsHash: string;
  /** 8 hexadecimal digits for each secret, which change when its value does and say nothing of it. */
  readonly secretVersions: Readonly<Record<string, string>>;
  /** Left out where the application has no migrations. */
  readonly schema?: SchemaChange;
  readonly receipts: ReleaseReceipts;
  /** The person who ran the deployment. */
  readonly by: string;
  /** The address of the run in GitHub Actions; left out elsewhere. */
  readonly run?: string;
  /** The times at which the run began and users got the release, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** The signers who approved it, in the order of the settings; left out where no approval was asked for. */
  readonly approvedBy?: readonly string[];
  /** The reason that it was let through without staging's receipts; left out where it had them. */
  readonly unproven?: { readonly reason: string };
  /** The id of the release that was gone back from; left out where this was no rollback. */
  readonly rollbackOf?: string;
  /** The major version of PostgreSQL; left out where the application has none. */
  readonly postgres?: number;
  /** The backing services that were servers elsewhere; left out where all were Towpath's own. */
  readonly external?: readonly ExternalService[];
}

/** The facts of a release that people want to see at the end of a run. */
export type ReleaseSummary = Pick<
  ReleaseRecord,
  "id" | "images" | "commit" | "branch" | "tag" | "version" | "by" | "endedAt"
>;

/** A record in short. */
export function summaryOf(record: ReleaseRecord): ReleaseSummary {
  const { id, images, commit, branch, tag, version, by, endedAt } = record;
  return {
    id,
    images,
    by,
    endedAt,
    ...defined({ commit, branch, tag, version }),
  };
}

/** The number of records that a stack keeps: a release a day for seven weeks, and an output that stays below 200 kB. */
export const mostRecords = 50;

/** The identity of a release of these images, as they are described. */
export function recordOf(
  images: Readonly<Record<string, string>>,
  description?: ReleaseDescription,
): ReleaseIdentity {
  const sorted = sortedEntries(images);
  const identity = { images: Object.fromEntries(sorted) };
  if (description === undefined) return { id: hashOf(sorted), ...identity };
  return { id: hashOf([sorted, inOrder(description)]), ...identity, description };
}

/** Tells whether two releases are made of the same images, however they run. */
export function haveSameImages(
  a: Pick<ReleaseIdentity, "images">,
  b: Pick<ReleaseIdentity, "images">,
): boolean {
  return recordOf(a.images).id === recordOf(b.images).id;
}

/** The results of a run, in the terms of a record. */
export type MadeRelease = Omit<ReleaseRecord, "receipts"> & {
  readonly receipts: Readonly<
    Record<"gates" | "smoke" | "route", Readonly<Record<string, unknown>>> &
      Partial<Record<"backup" | "migration" | "endToEnd", Readonly<Record<string, unknown>>>>
  >;
};

/**
 * The records after a run, newest first.
 *
 * A run that changed nothing leaves them as they were: the same images and branch, settings, secrets and schema. Receipts are made
 * out to the release, except for that of the end-to-end tests, which come with the release that they were made for.
 */
export function withRecord(records: readonly ReleaseRecord[], made: MadeRelease): readonly ReleaseRecord[] {
  const [newest, ...older] = records;
  const endToEnd = made.receipts.endToEnd as ReleaseReceipt | undefined;
  if (newest !== undefined && isSame(newest, made)) {
    return endToEnd === undefined
      ? records
      : [{ ...newest, receipts: { ...newest.receipts, endToEnd } }, ...older];
  }
  // Tests against the same images stay what they are, whatever else changed.
  const tested = newest?.id === made.id ? newest.receipts.endToEnd : undefined;
  const own = Object.fromEntries(
    Object.entries({ ...defined({ endToEnd: tested }), ...made.receipts }).map(([step, receipt]) => [
      step,
      { ...receipt, release: made.id },
    ]),
  ) as unknown as ReleaseReceipts;
  const record = { ...made, receipts: own, ...schemaOf(newest, made) };
  return [record, ...records].slice(0, mostRecords);
}

/** Tells whether the same release runs as before. */
function isSame(newest: ReleaseRecord, made: MadeRelease): boolean {
  return (
    newest.id === made.id &&
    newest.branch === made.branch &&
    newest.settingsHash === made.settingsHash &&
    newest.schema?.after === made.schema?.after &&
    JSON.stringify(sortedEntries(newest.secretVersions)) ===
      JSON.stringify(sortedEntries(made.secretVersions))
  );
}

/** A migration that did not run again still gives its old receipt: this run changed nothing of the schema then. */
function schemaOf(newest: ReleaseRecord | undefined, { schema }: MadeRelease): Pick<ReleaseRecord, "schema"> {
  if (schema === undefined) return {};
  const { after } = schema;
  if (after === undefined || newest?.schema?.after !== after) return { schema };
  return { schema: { before: after, after, applied: [] } };
}

/** 12 hexadecimal digits that change when a setting does that says what runs; of credentials, only the source counts. */
export function settingsHash(settings: Settings): string {
  return hashOf(inOrder(hashedSettings(settings, settingsSchemas[settings.environment])));
}

/**
 * The ids of the releases that were gone back from, one after the other, to get to the newest one.
 *
 * After A, B, C, back to B and back to A, these are B and C: neither comes back by itself.
 */
export function leftReleases(records: readonly ReleaseRecord[]): ReadonlySet<string> {
  const left = new Set<string>();
  for (const { rollbackOf } of records) {
    if (rollbackOf === undefined) break;
    left.add(rollbackOf);
  }
  const [newest] = records;
  if (newest !== undefined) left.delete(newest.id);
  return left;
}

/** The id by which a release was gone back from, so that it does not come back by itself; undefined for any other. */
export function leftIdOf(
  records: readonly ReleaseRecord[],
  { id, images }: Pick<ReleaseIdentity, "id" | "images">,
): string | undefined {
  const left = leftReleases(records);
  // Records from before descriptions were kept have an id of their images alone.
  return [id, recordOf(images).id].find((one) => left.has(one));
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
