import { InputError } from "../input/input-error.ts";
import type { CanarySettings } from "../settings/released.ts";
import type { PlannedRelease } from "./decide.ts";
import { changedParts, type ReleaseDescription } from "./release-description.ts";
import { haveSameImages } from "./release-record.ts";

/** The images that run, by their names, and who gets them. */
export interface Tracks {
  /** The references of the images that all clients get, but for a canary's. */
  readonly stable: Readonly<Record<string, string>>;
  /** Those of the newer release beside it. */
  readonly canary?: { readonly images: Readonly<Record<string, string>>; readonly weight: number };
  /** True when the newer release becomes the one that all clients get, which is when it gets a record. */
  readonly completes: boolean;
}

/**
 * Decides which releases run.
 *
 * A canary is the release that is planned, beside the one that runs. It needs one that runs, and it is none when both
 * are the same; with a weight of 0 the planned one does not run at all.
 */
export function tracksOf(
  planned: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>> | undefined,
  canary: CanarySettings | undefined,
): Tracks {
  if (canary === undefined || current === undefined || isSame(planned, current)) {
    return { stable: planned, completes: true };
  }
  if (canary.weight === 0) return { stable: current, completes: false };
  return { stable: current, canary: { images: planned, weight: canary.weight }, completes: false };
}

/**
 * Returns the description that the images run by; undefined where no record has it.
 * A canary shares the description of the release beside it.
 *
 * Throws an InputError for a canary with another one.
 */
export function runningDescription(
  plan: Pick<PlannedRelease, "id" | "images" | "description" | "current">,
  canary: CanarySettings | undefined,
): ReleaseDescription | undefined {
  const { id, description, current } = plan;
  const before = current?.description;
  if (canary === undefined || current === undefined || before === undefined || description === undefined)
    return description;
  if (canary.weight === 0 && !haveSameImages(plan, current)) return before;
  const changed = changedParts(before, description);
  if (changed.length === 0) return description;
  throw new InputError([
    `towpath:canary: expected releases that run alike, got ${id} beside ${current.id} with changes in ${changed.join(", ")}; remove towpath:canary for this release`,
  ]);
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
