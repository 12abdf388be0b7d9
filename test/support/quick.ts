import { shuffled } from "../run/shuffle.ts";

/** True when the whole of each matrix runs, as `npm run test:long` asks for; else its quick form runs. */
export const inLong = process.env.TOWPATH_TEST_LONG === "true";

/**
 * The quick form of a matrix: its corners, and some of the other cases, chosen by the run's seed. `npm run test:long` runs
 * all; it knows the suites to run by their import of this file.
 *
 * @param corners the cases that every run has
 * @param others those of which a run has `sample`
 */
export function quick<T>(corners: readonly T[], others: readonly T[], sample: number): readonly T[] {
  if (inLong) return [...corners, ...others];
  return [...corners, ...shuffled(others, seed()).slice(0, sample)];
}

/** The run's seed, which every group of a run knows; without one, as in a run of mocha's own, always the same. */
function seed(): number {
  return Number(process.env.TOWPATH_TEST_SEED ?? 1);
}
