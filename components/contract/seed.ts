import type { CommandRun } from "./command-run.ts";

/** One run of the command that makes a preview's data. */
export interface SeedInput extends CommandRun {
  readonly timeoutSeconds: number;
}
