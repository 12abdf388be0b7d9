import { join } from "node:path";

/** The end of one check; the step that ran it writes this down where the command line finds it. */
export interface CheckResult {
  readonly outcome: "passed" | "failed";
  readonly seconds: number;
  /** The reason that it failed, without its log. */
  readonly problem?: string;
  /** The last lines that it printed, when it failed. */
  readonly log?: string;
  /** The share of lines that its tests cover, in percent. */
  readonly coverage?: number;
  /** The problems that a later release will meet, although the check passed. */
  readonly warnings?: readonly string[];
}

/** Returns the folder of a check's reports, below the folder of all. */
export function checkFolder(reports: string, check: string): string {
  return join(reports, check);
}

/** The file with a check's result. */
export function resultFile(reports: string, check: string): string {
  return join(checkFolder(reports, check), "result.json");
}

/** The file with all that a check printed. */
export function logFile(reports: string, check: string): string {
  return join(checkFolder(reports, check), "output.log");
}

/** The file with the SQL that the migrations would run. */
export function sqlFile(reports: string, rehearsal: string): string {
  return join(checkFolder(reports, rehearsal), "migrations.sql");
}
