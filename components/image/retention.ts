/** One tag of an image in a registry. */
export interface PublishedTag {
  readonly tag: string;
  readonly digest: string;
  /** When the image was built, as ISO 8601; undefined where it does not say so. */
  readonly created: string | undefined;
}

/** An image that nobody needs any more. */
export interface Expired {
  readonly digest: string;
  /** All of its tags, in order. */
  readonly tags: readonly string[];
  /** How old it is, in whole days. */
  readonly days: number;
}

/** How long images stay that were built for a commit or a branch, and those that only staging ran, in days. */
export const commitDays = 90;
export const stagingDays = 30;

const day = 24 * 3600 * 1000;

/** How long a tag keeps its image, in days: versions, `prod-…`, `latest` and what people tagged themselves for ever. */
export function daysOf(tag: string): number {
  if (tag.startsWith("staging-")) return stagingDays;
  const ofCommit = /^[0-9a-f]{40}(?:-dirty)?$/.test(tag);
  // A branch's tag ends in 8 digits of its name's hash, and moves on with its commits.
  const ofBranch = /^[a-z0-9-]+-[0-9a-f]{8}$/.test(tag) && !tag.startsWith("prod-");
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
    if (own.some(({ tag }) => age <= daysOf(tag))) return [];
    return [{ digest, tags: own.map(({ tag }) => tag).sort(), days: Math.floor(age) }];
  });
}
