import { setTimeout as wait } from "node:timers/promises";

/** The limits of repeated looks. */
export interface Looks {
  /** The time to stop looking, as `Date.now()` counts. */
  readonly deadline: number;
  /** The time to wait between two looks, in milliseconds. */
  readonly interval: number;
}

/**
 * Looks again and again until what is found is enough, or the time is over.
 *
 * @returns what the last look found, enough or not
 */
export async function until<Found>(
  look: () => Found | Promise<Found>,
  isEnough: (found: Found) => boolean,
  { deadline, interval }: Looks,
): Promise<Found> {
  for (;;) {
    const found = await look();
    if (isEnough(found) || Date.now() >= deadline) return found;
    await wait(interval);
  }
}
