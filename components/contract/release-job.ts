import type { JobTime } from "../application/application.ts";
import type { CommandRun } from "./command-run.ts";

/** One run of a job that belongs to a release. */
export interface ReleaseJobInput extends CommandRun {
  readonly job: string;
  readonly runs: JobTime;
  readonly timeoutSeconds: number;
  /** The command that runs it again once it failed. */
  readonly again: string;
}

/** What is kept of a run that went well. */
export interface ReleaseJobReceipt {
  /** The time at which it began, as ISO 8601 in UTC. */
  readonly at: string;
  /** The last lines that it printed, each marked, without secrets. */
  readonly log: string;
  readonly seconds: number;
}
