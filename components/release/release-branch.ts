import { branchLabel } from "../image/retention.ts";
import { InputError } from "../input-error.ts";
import type { ReleaseSource } from "./release-plan.ts";

/** The pattern of every branch, and of what names none. */
const anyBranch = "**";

/** The branch that a release's images were published of, from their labels; undefined unless all of them name the same one. */
export function branchOf(labels: readonly Readonly<Record<string, string>>[]): string | undefined {
  const [branch, ...others] = new Set(labels.map((label) => label[branchLabel]));
  return branch === "" || others.length > 0 ? undefined : branch;
}

/**
 * Checks that a release is of a branch that production takes.
 *
 * In a pattern, `*` stands for anything but `/`, and `**` for anything; `**` alone also takes a release whose branch is not known.
 *
 * @throws InputError when it is not
 */
export function checkBranch(
  { id, branch }: Pick<ReleaseSource, "id" | "branch">,
  patterns: readonly string[],
): void {
  if (patterns.includes(anyBranch)) return;
  if (branch !== undefined && patterns.some((pattern) => matches(pattern, branch))) return;
  const wanted = patterns.join(" or ");
  const [got, otherwise] =
    branch === undefined
      ? [`${id}, of which no branch is known`, `set it to ["${anyBranch}"], which takes any`]
      : [`${id} of ${branch}`, `add ${JSON.stringify(branch)} to it`];
  throw new InputError([
    `towpath:promoteBranches: expected a release of ${wanted}, got ${got}; publish a commit of ${wanted} and release it to staging, or ${otherwise}`,
  ]);
}

function matches(pattern: string, branch: string): boolean {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => (part === "*" ? "[^/]*" : part.startsWith("*") ? ".*" : escaped(part)))
    .join("");
  return new RegExp(`^${source}$`).test(branch);
}

function escaped(text: string): string {
  return text.replace(/[.+?^$()[\]{}|\\]/g, "\\$&");
}
