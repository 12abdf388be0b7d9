import { backupConcern } from "../../components/backup/concern.ts";
import { drillConcern, unprovenProblem } from "../../components/backup/drill-concern.ts";
import { storageConcern } from "../../components/backup/storage-concern.ts";
import { defined } from "../../components/input/defined.ts";
import { programOf, type CopyStatus, type EnvironmentSight } from "./environment.ts";

/** A job that runs by a schedule, and how it went last. What it printed is left out: it is the application's own. */
export interface JobStatus {
  readonly job: string;
  /** In cron's five fields, UTC. */
  readonly schedule: string;
  /** The next time, as ISO 8601 in UTC; null where it never comes. */
  readonly next: string | null;
  /** The last run; null where there was none yet. */
  readonly last: { readonly due: string; readonly result: "succeeded" | "failed" | "skipped" } | null;
}

/** The jobs of an environment that run by a schedule; none where their program does not answer. */
export function jobsOf(environment: EnvironmentSight, copies: readonly CopyStatus[]): JobStatus[] {
  const program = programOf(environment, copies, "scheduled-jobs");
  const states = program?.sight.jobs.get(environment.namespace) ?? [];
  return states.map(({ job, schedule, next = null, runs: [last] }) => ({
    ...{ job, schedule, next },
    last: last === undefined ? null : { due: last.due, result: last.result },
  }));
}

/**
 * The problems with the backups that are taken by a schedule: late or failed ones, those that are not copied, and those that
 * nobody knows how to restore. Where their program does not run, that is the problem.
 *
 * @param within the age that the last proven restore may have, in days; left out for what is usual
 */
export function backupProblems(
  environment: EnvironmentSight,
  copies: readonly CopyStatus[],
  { now, within }: { readonly now: Date; readonly within: number | undefined },
): string[] {
  const { stack, namespace } = environment;
  const program = programOf(environment, copies, "backups");
  if (program === undefined) return [];
  const { container, host, sight } = program;
  const state = sight.backups.get(namespace);
  return [
    backupConcern(state, { stack, host, container, now }),
    storageConcern(state, { stack, now }),
    drillConcern(state, stack, now) ?? unprovenProblem(state, { stack, now, ...defined({ within }) }),
  ].filter((one) => one !== undefined);
}
