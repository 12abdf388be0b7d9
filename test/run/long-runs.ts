import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isLong } from "./suites.ts";

/** The last run of a long suite that passed. */
export interface LongRun {
  /** The time at which it passed, in milliseconds since 1970. */
  readonly at: number;
  readonly seconds: number;
  /** A hash of all that it depended on. */
  readonly inputs: string;
}

/** The last runs by the suites' files. */
export type LongRuns = Readonly<Record<string, LongRun>>;

/** Returns the file of the last runs: outside the clone, because CI makes a new one for each run. */
export function longRunsFile(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "towpath", "long-tests.json");
}

export function readLongRuns(file: string): LongRuns {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LongRuns) : {};
}

export function writeLongRun(file: string, suite: string, run: LongRun): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...readLongRuns(file), [suite]: run }, undefined, 2));
}

/** A hash of files' names and contents. */
export function hashOf(files: Iterable<string>, read: (path: string) => string): string {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) hash.update(`${file}\0${read(file)}\0`);
  return hash.digest("hex");
}

/** The expected time of a suite that never ran here, in seconds: a whole matrix of releases takes as long, others a few minutes. */
const unknown = { matrix: 1200, other: 300 };

/** The long suites to run, in this order, and those for which there is no time. */
export interface LongPlan {
  readonly run: readonly string[];
  readonly left: readonly string[];
}

/**
 * Of the suites whose inputs are not those that they passed with, those that ran longest ago, or never, first; each that
 * still fits into `minutes` of all lanes together, by what it took last time.
 */
export function planLongRuns(
  inputs: Readonly<Record<string, string>>,
  runs: LongRuns,
  minutes: number,
): LongPlan {
  const due = Object.keys(inputs)
    .filter((suite) => runs[suite]?.inputs !== inputs[suite])
    .sort((one, other) => (runs[one]?.at ?? 0) - (runs[other]?.at ?? 0) || one.localeCompare(other));
  const run: string[] = [];
  const left: string[] = [];
  let seconds = minutes * 60;
  for (const suite of due) {
    const expected = runs[suite]?.seconds ?? (isLong(suite) ? unknown.other : unknown.matrix);
    if (expected <= seconds) {
      seconds -= expected;
      run.push(suite);
    } else left.push(suite);
  }
  return { run, left };
}
