import { readFileSync } from "node:fs";
import { rehearsal } from "../../components/application/checks.ts";
import { resultFile, sqlFile, type CheckResult } from "../../components/ci/result.ts";
import { printable } from "../../components/input/printable.ts";

/** How one check of a run ended, and why. */
export interface CheckReport extends Partial<Omit<CheckResult, "outcome">> {
  readonly name: string;
  /** `skipped`: something that it waits for failed, or the run ended before it. */
  readonly outcome: CheckResult["outcome"] | "skipped";
}

/** What an image is called in a registry from now on. */
export interface PublishedImage {
  readonly image: string;
  /** `<registry>/<repository>/<image>@sha256:…` */
  readonly reference: string;
  readonly tags: readonly string[];
}

/** What `npm run ci` ends with; `--json` prints it as it is. */
export interface CiReport {
  readonly namespace: string;
  readonly passed: boolean;
  readonly checks: readonly CheckReport[];
  /** What went wrong outside the checks. */
  readonly problems: readonly string[];
  /** The SQL that the migrations would run. */
  readonly sql?: string;
  readonly published: readonly PublishedImage[];
  /** The folder with the reports, relative to the project. */
  readonly reports: string;
  /** How to look into what was left up, and how to remove it; undefined when everything was removed. */
  readonly kept?: readonly string[];
  readonly seconds: number;
}

/** What the checks wrote down, in the order of their names given. */
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
