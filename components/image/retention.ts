import { branchSlug } from "../naming/namespace.ts";

/** The label with the branch that an image was published of: the branch's tag is known by it. */
export const branchLabel = "towpath.branch";

/** One tag of an image in a registry. */
export interface PublishedTag {
  readonly tag: string;
  readonly digest: string;
  /** The time at which the image was built, as ISO 8601; undefined where it does not say so. */
  readonly created: string | undefined;
  /** The branch that the image was published of; undefined where it does not say so. */
  readonly branch?: string | undefined;
}

/** An image that nobody needs any more. */
export interface Expired {
  readonly digest: string;
  /** All of its tags, in order. */
  readonly tags: readonly string[];
  /** Its age, in whole days. */
  readonly days: number;
}

/** The time that images stay that were built for a commit or a branch, and those that only staging ran, in days. */
export const commitDays = 90;
export const stagingDays = 30;

const day = 24 * 3600 * 1000;

/**
 * Returns the time that a tag keeps its image, in days: for ever for versions, `prod-…`, `latest` and people's own
 * tags. A branch's tag is known by the image's label alone: `release-20240115` looks the same and is somebody's own.
 */
export function daysOf({ tag, branch }: Pick<PublishedTag, "tag" | "branch">): number {
  if (/^staging-(?:[0-9a-f]{40}(?:-dirty)?|[0-9a-f]{12})$/.test(tag)) return stagingDays;
  const ofCommit = /^[0-9a-f]{40}(?:-dirty)?$/.test(tag);
  const ofBranch = branch !== undefined && tag === branchSlug(branch);
  return ofCommit || ofBranch ? commitDays : Infinity;
}

/**
 * The images of one repository that may be removed: those that no tag keeps any more, and no release record needs.
 *
 * One whose age is not known stays.
 */
export function expiredImages(
  tags: readonly PublishedTag[],
  needed: ReadonlySet<string>,
  now: Date,
): Expired[] {
  const digests = [...new Set(tags.map(({ digest }) => digest))].sort();
  return digests.flatMap((digest) => {
    const own = tags.filter((one) => one.digest === digest);
    const created = own.map((one) => Date.parse(one.created ?? "")).find((time) => !Number.isNaN(time));
    if (created === undefined || needed.has(digest)) return [];
    const age = (now.getTime() - created) / day;
    if (own.some((one) => age <= daysOf(one))) return [];
    return [{ digest, tags: own.map(({ tag }) => tag).sort(), days: Math.floor(age) }];
  });
}
