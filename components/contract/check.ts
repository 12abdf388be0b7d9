import type { CommandRun } from "./command-run.ts";
import type { AdministeredServer } from "./database.ts";

/** One of the application's checks. */
export interface CheckInput extends CommandRun {
  readonly name: string;
  readonly timeoutSeconds: number;
  /** The files and folders that the check has to leave. */
  readonly artifacts: readonly string[];
  readonly coverage?: { readonly file: string; readonly threshold: number };
  /** The database that the check is given. */
  readonly database?: { readonly server: AdministeredServer; readonly name: string; readonly owner: string };
  /** The folder for the reports of all checks. */
  readonly reports: string;
}
