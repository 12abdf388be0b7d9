import { branchLabel } from "../image/retention.ts";
import { InputError } from "../input/input-error.ts";
import { matchesPattern } from "../input/pattern.ts";
import type { ReleaseSource } from "./release-source.ts";

/** The pattern of every branch, and of what names none. */
const anyBranch = "**";

/** The branch that a release's images were published of, from their labels; undefined unless all of them name the same one. */
export function branchOf(labels: readonly Readonly<Record<string, string>>[]): string | undefined {
  const [branch, ...others] = new Set(labels.map((label) => label[branchLabel]));
  return branch === "" || others.length > 0 ? undefined : branch;
}

/**
 * The newest of staging's releases that is of a branch which production takes, or runs there: nothing older replaces that.
 *
 * In a pattern, `*` stands for anything but `/`, and `**` for anything; `**` alone also takes a release whose branch is not known.
 *
 * @param records newest first
 * @param running the id of what runs in production
 * @throws InputError when none is
 */
export function newestOf<R extends Pick<ReleaseSource, "id" | "branch">>(
  records: readonly [R, ...R[]],
  patterns: readonly string[],
  running?: string,
): R {
  const found = records.find(({ id, branch }) => id === running || isTaken(branch, patterns));
  if (found !== undefined) return found;
  const [{ id, branch }] = records;
  const wanted = patterns.join(" or ");
  const [got, otherwise] =
    branch === undefined
      ? [`${id}, of which no branch is known`, `set it to ["${anyBranch}"], which takes any`]
      : [`${id} of ${branch}`, `add ${JSON.stringify(branch)} to it`];
  throw new InputError([
    `towpath:promoteBranches: expected a release of ${wanted}, got ${got}; publish a commit of ${wanted} and release it to staging, or ${otherwise}`,
  ]);
}

/** Says that a newer release of staging stays there; nothing where there is none. */
export function passedOver(
  [newest]: readonly [Pick<ReleaseSource, "id" | "branch">, ...unknown[]],
  taken: string,
  patterns: readonly string[],
): string[] {
  if (newest.id === taken) return [];
  const of = newest.branch ?? "a branch that is not known";
  return [
    `towpath:promoteBranches: release ${newest.id} of ${of} stays on staging, for production takes ${patterns.join(" or ")}; this run is of ${taken}`,
  ];
}

function isTaken(branch: string | undefined, patterns: readonly string[]): boolean {
  if (patterns.includes(anyBranch)) return true;
  return branch !== undefined && patterns.some((pattern) => matchesPattern(pattern, branch));
}
