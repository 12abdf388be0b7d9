import { show, suggestion } from "../input/input-checks.ts";
import type { Application, Job, JobTime, RunningEnvironment } from "./application.ts";
import type { WellFormed } from "./schema.ts";

/** The time that a job may take where it does not say, in seconds. */
const usualSeconds = 600;

/** The jobs of a description, each with its time limit. */
export function jobsOf({ jobs }: WellFormed): Record<string, Job> {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => [name, { timeoutSeconds: usualSeconds, ...job }]),
  );
}

/** The problems of jobs: services that nobody describes, two times at which one runs, and schedules of what may run for ever. */
export function jobProblems({ jobs, services }: WellFormed): string[] {
  return Object.entries(jobs).flatMap(([name, { service, schedule, runs, timeoutSeconds }]) => [
    ...(Object.hasOwn(services, service)
      ? []
      : [
          `jobs.${name}.service: no such service, got ${show(service)}; ${suggestion(service, Object.keys(services))}`,
        ]),
    ...(schedule === undefined || runs === undefined
      ? []
      : [
          `jobs.${name}.runs: a job runs by a schedule or with releases, got ${show(runs)} beside the schedule ${show(schedule)}; keep one of them, and describe another job for the other`,
        ]),
    ...(schedule === undefined || timeoutSeconds !== undefined
      ? []
      : [
          `jobs.${name}.timeoutSeconds: expected the seconds after which a job with a schedule is stopped, got nothing; nobody is there to see that it hangs, so write for example 600`,
        ]),
  ]);
}

/** A job with its schedule. */
export type ScheduledJob = Job & { readonly schedule: string };

/** The jobs that an environment with these services runs at the times of their schedules, by name. */
export function scheduledJobs(
  { jobs, services }: Pick<Application, "jobs" | "services">,
  environment: RunningEnvironment,
): Record<string, ScheduledJob> {
  return Object.fromEntries(
    Object.entries(jobs).flatMap(([name, { schedule, ...job }]) =>
      schedule !== undefined && isFor(job, environment) && Object.hasOwn(services, job.service)
        ? [[name, { ...job, schedule }]]
        : [],
    ),
  );
}

/** The jobs that an environment with these services runs at that time of each release, by name. */
export function releaseJobs(
  { jobs, services }: Pick<Application, "jobs" | "services">,
  environment: RunningEnvironment,
  time: JobTime,
): Record<string, Job> {
  return Object.fromEntries(
    Object.entries(jobs).filter(
      ([, job]) => job.runs === time && isFor(job, environment) && Object.hasOwn(services, job.service),
    ),
  );
}

/** Tells whether an environment has a job. */
export function isFor({ only }: Pick<Job, "only">, environment: string): boolean {
  return only === undefined || only.some((name) => name === environment);
}
