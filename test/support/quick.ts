import { createHash } from "node:crypto";
import { shuffled } from "../run/shuffle.ts";
import { measuring, usual } from "./load.ts";

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

/** The requests a second of suites that measure; their quick form shows that users are served, and no more. */
export const measuringInLong = inLong ? measuring : usual;

/** The titles of the sampled cases that this run leaves to others. */
export const leftToOthers: string[] = [];

/** A sampled case is in one of so many quick runs. */
const oneIn = 3;

/**
 * A case that takes long, and is one of many that guard its suite: by the run's seed it is in about one quick run of three,
 * and in all of `npm run test:long`.
 */
export function sampled(title: string, run: Mocha.AsyncFunc): void {
  if (inLong || isDrawn(title)) it(title, run);
  else leftToOthers.push(title);
}

function isDrawn(title: string): boolean {
  return createHash("sha256").update(`${seed()} ${title}`).digest().readUInt32BE() % oneIn === 0;
}

/** The run's seed, which every group of a run knows; without one, as in a run of mocha's own, always the same. */
function seed(): number {
  return Number(process.env.TOWPATH_TEST_SEED ?? 1);
}
