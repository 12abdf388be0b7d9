import { readFileSync } from "node:fs";
import { rehearsal } from "../../components/application/checks.ts";
import { resultFile, sqlFile, type CheckResult } from "../../components/ci/result.ts";
import { printable } from "../../components/input/printable.ts";

/** The outcome of one check of a run, and its reason. */
export interface CheckReport extends Partial<Omit<CheckResult, "outcome">> {
  readonly name: string;
  /** `skipped`: something that it waits for failed, or the run ended before it. */
  readonly outcome: CheckResult["outcome"] | "skipped";
}

/** The reference and the tags of a published image. */
export interface PublishedImage {
  readonly image: string;
  /** `<registry>/<repository>/<image>@sha256:…` */
  readonly reference: string;
  readonly tags: readonly string[];
}

/** The result of `npm run ci`; `--json` prints it as it is. */
export interface CiReport {
  readonly namespace: string;
  readonly passed: boolean;
  readonly checks: readonly CheckReport[];
  /** Problems outside the checks. */
  readonly problems: readonly string[];
  /** The SQL that the migrations would run. */
  readonly sql?: string;
  readonly published: readonly PublishedImage[];
  /** The folder with the reports, relative to the project. */
  readonly reports: string;
  /** The commands that show and remove what was left up; undefined when everything was removed. */
  readonly kept?: readonly string[];
  readonly seconds: number;
}

/** Reads the results of the checks, in the order of the given names. */
export function readReports(folder: string, names: readonly string[]): CheckReport[] {
  return names.map((name) => {
    const text = textOf(resultFile(folder, name));
    if (text === undefined) return { name, outcome: "skipped" };
    const { problem, log, ...result } = JSON.parse(text) as CheckResult;
    return {
      name,
      ...result,
      ...(problem !== undefined && { problem: printable(problem) }),
      ...(log !== undefined && { log: printable(log) }),
    };
  });
}

/** The SQL that the rehearsal printed, if it did. */
export function readSql(folder: string): string | undefined {
  return textOf(sqlFile(folder, rehearsal));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
