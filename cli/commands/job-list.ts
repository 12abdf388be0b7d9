import { parseApplication } from "../../components/application/parse.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import { printable } from "../../components/input/printable.ts";
import { show, suggestion } from "../../components/input/input-checks.ts";
import { minute } from "../../components/input/times.mjs";
import { jobConcerns } from "../../components/job/concern.ts";
import type { JobState } from "../../components/job/program/scheduler.mjs";
import { askJobs } from "../../components/job/question.ts";
import { namesOf } from "../../components/naming/names.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The jobs that somebody asks about. */
export interface JobListRequest {
  /** One of them; all when it is left out. */
  readonly job: string | undefined;
  readonly stack: string;
}

/** The result of `towpath job list`. */
export interface JobList {
  readonly stack: string;
  readonly host: string;
  readonly jobs: readonly JobState[];
  /** What is wrong with them; empty when all is well. */
  readonly concerns: readonly string[];
}

/**
 * Lists the jobs that a stack runs by their schedules, with their last runs. Changes nothing.
 *
 * @throws Problem when jobs run by no schedule there, when there is no such one, or when the program that runs them does not answer
 * @throws HostProblem when the host cannot be reached
 */
export async function jobList(
  { job, stack }: JobListRequest,
  progress: Progress,
  project: Project,
): Promise<JobList> {
  const settings = settingsOf(project, stack);
  if (kindOf(settings.environment)?.schedules !== true) throw new Problem(noSchedules(stack));
  const scheduled = Object.values(parseApplication(project.application).jobs).some(
    ({ schedule }) => schedule !== undefined,
  );
  const call = await callFor("refresh", stack, progress, project);
  const connection = await openHost(call, run, progress);
  const { host } = connection;
  const container = namesOf(settings.namespace).scheduledJobs;
  const all = await askJobs(dockerView(connection), container);
  if (all === undefined) throw new Problem(scheduled ? noAnswer(host, container) : noJob(stack));
  const place = { stack, host, container, now: new Date() };
  const jobs = job === undefined ? all : all.filter((one) => one.job === job);
  if (jobs.length === 0) throw new Problem(unknown(job, all));
  return { stack, host, jobs, concerns: jobConcerns(jobs, place) };
}

/** Says that jobs run there only when somebody asks. */
function noSchedules(stack: string): string {
  return `--stack: expected a stack that runs jobs by their schedules, got ${show(stack)}; take staging or production`;
}

/** Says that there is nothing to list. */
function noJob(stack: string): string {
  return `job list: no job has a schedule in ${stack}, got none in application.ts; give one a schedule, or run it with npx towpath job run --stack ${stack}`;
}

/** Says that nobody knows how the jobs are. */
function noAnswer(host: string, container: string): string {
  return `jobs: the program that runs them was asked on ${host}, got no answer; the next up starts it, and where it was there, docker logs ${container} says why`;
}

function unknown(job: string | undefined, all: readonly JobState[]): string {
  const known = all.map((one) => one.job);
  return `job: no job of that name has a schedule there, got ${show(job)}; ${suggestion(job ?? "", known)}`;
}

/** Reports the jobs as a table; of one alone its last runs, with what each printed. */
export function jobListInWords({ stack, host, jobs, concerns }: JobList, one: string | undefined): string {
  const [first] = jobs;
  const head = `${stack}: jobs by their schedules, in UTC, on ${host}`;
  const parts = [
    head,
    ...concerns,
    ...(one === undefined || first === undefined ? [table(jobs)] : runsOf(first)),
  ];
  return parts.join("\n");
}

function table(jobs: readonly JobState[]): string {
  const rows = jobs.map(({ job, schedule, next, running, runs }) => {
    const [last] = runs;
    return [
      job,
      schedule,
      last === undefined ? "none yet" : minute(last.due),
      last?.result ?? "-",
      last?.seconds === undefined ? "-" : `${last.seconds} s`,
      running === undefined ? (next === undefined ? "never" : minute(next)) : "runs now",
    ];
  });
  return columns([["job", "schedule", "last run", "result", "took", "next run"], ...rows]);
}

function runsOf({ schedule, next, running, runs }: JobState): string[] {
  const coming = running === undefined ? (next === undefined ? "never" : minute(next)) : "it runs now";
  const lines = runs.flatMap(({ due, result, seconds, problem, log }) => [
    [
      `${minute(due)}: ${result}`,
      ...(problem === undefined ? [] : [problem]),
      ...(seconds === undefined ? [] : [`${seconds} s`]),
    ].join(", "),
    ...log.map((line) => `  | ${printable(line)}`),
  ]);
  return [`"${schedule}", next: ${coming}`, ...(lines.length === 0 ? ["it did not run yet"] : lines)];
}
