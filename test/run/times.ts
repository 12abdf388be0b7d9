import { columns } from "../../cli/terminal/table.ts";
import type { Counts, Failure, GroupReport, SuiteTime } from "./report.ts";
import type { GroupResult } from "./run-group.ts";

/** The contents of `reports/tests.json`, of one run. */
export interface Times {
  readonly counts: Counts;
  /** Repeats the order of the files; see TOWPATH_TEST_SEED. */
  readonly seed: number;
  readonly groups: readonly { readonly name: string; readonly seconds: number }[];
  readonly suites: GroupReport["suites"];
  readonly fixtures: GroupReport["fixtures"];
  readonly leftToOthers: GroupReport["leftToOthers"];
}

/** The counts and times of a run's groups. */
export function timesOf(results: readonly GroupResult[], seed: number): Times {
  return {
    counts: sumOf(results.map(countsOf)),
    seed,
    groups: sorted(results.map(({ group, seconds }) => ({ name: group.name, seconds }))),
    suites: sorted(results.flatMap(({ report }) => report.suites)),
    fixtures: sorted(results.flatMap(({ report }) => report.fixtures)),
    leftToOthers: results.flatMap(({ report }) => report.leftToOthers),
  };
}

/** A group's counts; what is wrong beside its tests is one more that failed. */
export function countsOf({ report, problem }: Pick<GroupResult, "report" | "problem">): Counts {
  const { counts } = report;
  return problem === undefined ? counts : { ...counts, failed: counts.failed + 1 };
}

/** The counts as CI reads them. */
export function countsIn({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum = (count: (one: Counts) => number): number =>
    counts.reduce((total, one) => total + count(one), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
  };
}

/** The least time that gets a row in the table, in seconds; the rest is added up. */
const worthTelling = 1;

/** Returns the times, longest first, in whole tenths of a second. */
export function sorted<T extends { readonly seconds: number }>(times: readonly T[]): T[] {
  return times
    .map((time) => ({ ...time, seconds: Math.round(time.seconds * 10) / 10 }))
    .sort((one, other) => other.seconds - one.seconds);
}

/** The tables of suites and of fixtures, which are a part of their suites' time. */
export function inWords({ suites, fixtures }: Pick<Times, "suites" | "fixtures">): string {
  return [
    ...table("suite", suites, ({ file }) => [file]),
    ...table("fixture", fixtures, ({ name, file }) => [file, name]),
  ].join("\n");
}

/** The cases that a run did not have by its seed; nothing where it had all. */
export function leftInWords({ leftToOthers }: Pick<Times, "leftToOthers">): string {
  if (leftToOthers.length === 0) return "";
  const titles = leftToOthers.map((title) => `  ${title}\n`);
  return `sampled cases that other seeds have, and npm run test:long (${leftToOthers.length}):\n${titles.join("")}`;
}

/** The numbers of lines that are repeated of an error at the end of a run: a command that failed says why in its last ones. */
const linesOfError = { first: 5, last: 60 };

/** Returns the failures, which a run prints last, for those who see only the end. */
export function failuresInWords(results: readonly GroupResult[]): string {
  const failures = results.flatMap(({ report }) => report.failures);
  return failures.map(failureInWords).join("");
}

function failureInWords({ file, title, error }: Failure): string {
  const lines = shortened(error.split("\n"));
  return [`failed: ${file}: ${title}`, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

function shortened(lines: readonly string[]): readonly string[] {
  const { first, last } = linesOfError;
  const left = lines.length - first - last;
  return left <= 0 ? lines : [...lines.slice(0, first), `… ${left} more lines`, ...lines.slice(-last)];
}

function table<T extends SuiteTime>(
  what: string,
  times: readonly T[],
  cells: (time: T) => readonly string[],
): string[] {
  const shown = sorted(times).filter(({ seconds }) => seconds >= worthTelling);
  const others = times.length - shown.length;
  const sum = (of: readonly T[]): string => of.reduce((total, { seconds }) => total + seconds, 0).toFixed(1);
  const rest = sorted(times).slice(shown.length);
  const rows = shown.map((time) => [time.seconds.toFixed(1), ...cells(time)]);
  if (others > 0) rows.push([sum(rest), `${others} more, each under ${worthTelling} s`]);
  if (rows.length === 0) return [];
  return ["", columns([["seconds", `${what}, ${sum(times)} s in all`], ...rows])];
}
