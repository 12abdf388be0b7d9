import { isFor } from "../../components/application/jobs.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { defined } from "../../components/input/defined.ts";
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
import { exported, resourcesIn } from "../pulumi/steps.ts";
import { callFor, hasHosts } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { releaseJobProblems, releaseJobRuns, type ReleaseJobRun } from "../stack/release-jobs.ts";
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
  /** The host with the program that runs jobs by their schedules; left out where no job has one. */
  readonly host?: string;
  readonly jobs: readonly JobState[];
  /** The last runs of those that run once for each release. */
  readonly releaseJobs: readonly ReleaseJobRun[];
  /** What is wrong with them; empty when all is well. */
  readonly concerns: readonly string[];
}

/**
 * Lists the jobs that a stack runs by their schedules, with their last runs, and those that it runs with each release, with
 * their last one. Changes nothing.
 *
 * @throws Problem when jobs run only when asked there, when there is no such one, or when the program that runs them does not answer
 * @throws HostProblem when the host cannot be reached
 */
export async function jobList(
  { job, stack }: JobListRequest,
  progress: Progress,
  project: Project,
): Promise<JobList> {
  const { environment, namespace } = settingsOf(project, stack);
  const described = Object.values(parseApplication(project.application).jobs).filter((one) =>
    isFor(one, environment),
  );
  const hasSchedules = kindOf(environment)?.schedules === true;
  const scheduled = hasSchedules && described.some(({ schedule }) => schedule !== undefined);
  const released = described.some(({ runs }) => runs !== undefined);
  if (!hasSchedules && !released) throw new Problem(noSchedules(stack));
  const call = await callFor(hasHosts(stack) ? "refresh" : "job", stack, progress, project);
  const resources = released ? resourcesIn(await exported(call, run)) : [];
  const found =
    scheduled || !released
      ? await askedFor({ stack, namespace, scheduled }, await openHost(call, run, progress))
      : { all: [], concerns: () => [] };
  const again = stack === "local" ? "npm start" : `npm run pulumi -- up --stack ${stack}`;
  const problems = releaseJobProblems(resources, again);
  const allRuns = releaseJobRuns(resources);
  const isAsked = (one: { readonly job: string }): boolean => job === undefined || one.job === job;
  const [jobs, runs] = [found.all.filter(isAsked), allRuns.filter(isAsked)];
  if (job !== undefined && jobs.length + runs.length === 0)
    throw new Problem(unknown(job, [...found.all, ...allRuns]));
  return {
    stack,
    ...defined({ host: found.host }),
    jobs,
    releaseJobs: runs,
    concerns: [
      ...found.concerns(jobs),
      ...problems.filter((one) => job === undefined || one.startsWith(`jobs.${job}:`)),
    ],
  };
}

/** The jobs by their schedules, and how to tell what is wrong with some of them. */
interface Scheduled {
  readonly host?: string;
  readonly all: readonly JobState[];
  readonly concerns: (jobs: readonly JobState[]) => string[];
}

async function askedFor(
  { stack, namespace, scheduled }: { stack: string; namespace: string; scheduled: boolean },
  connection: HostConnection,
): Promise<Scheduled> {
  const { host } = connection;
  const container = namesOf(namespace).scheduledJobs;
  const all = await askJobs(dockerView(connection), container);
  if (all === undefined) throw new Problem(scheduled ? noAnswer(host, container) : noJob(stack));
  const place = { stack, host, container, now: new Date() };
  return { host, all, concerns: (jobs) => jobConcerns(jobs, place) };
}

/** Says that jobs run there only when somebody asks. */
function noSchedules(stack: string): string {
  return `--stack: expected a stack that runs jobs by itself, got ${show(stack)}; take staging or production, which know schedules, or give a job "runs"`;
}

/** Says that there is nothing to list. */
function noJob(stack: string): string {
  return `job list: no job runs by itself in ${stack}, got none with a schedule or "runs" in application.ts; give one, or run it with npx towpath job run --stack ${stack}`;
}

/** Says that nobody knows how the jobs are. */
function noAnswer(host: string, container: string): string {
  return `jobs: the program that runs them was asked on ${host}, got no answer; the next up starts it, and where it was there, docker logs ${container} says why`;
}

function unknown(job: string, all: readonly { readonly job: string }[]): string {
  const known = all.map((one) => one.job);
  return `job: no job of that name ran by itself there, got ${show(job)}; ${suggestion(job, known)}`;
}

/** Reports the jobs as tables; of one alone its last runs, with what each printed. */
export function jobListInWords(
  { stack, host, jobs, releaseJobs, concerns }: JobList,
  one: string | undefined,
): string {
  const [first] = jobs;
  const [last] = releaseJobs;
  const parts = [
    ...(host === undefined ? [] : [`${stack}: jobs by their schedules, in UTC, on ${host}`]),
    ...concerns,
    ...(host === undefined || (one !== undefined && first === undefined)
      ? []
      : one === undefined || first === undefined
        ? [table(jobs)]
        : runsOf(first)),
    ...(last === undefined
      ? []
      : [
          `${stack}: jobs of its releases, in UTC`,
          ...(one === undefined ? [releaseTable(releaseJobs)] : lastRunOf(last)),
        ]),
  ];
  return parts.join("\n");
}

function releaseTable(runs: readonly ReleaseJobRun[]): string {
  const rows = runs.map(({ job, runs: time, release, at, seconds }) => [
    job,
    time,
    release,
    at === undefined ? "-" : minute(at),
    seconds === undefined ? "-" : `${seconds} s`,
  ]);
  return columns([["job", "runs", "release", "last run", "took"], ...rows]);
}

function lastRunOf({ runs, release, at, seconds, log }: ReleaseJobRun): string[] {
  const head = [`${runs} ${release}`, ...(at === undefined ? [] : [minute(at)])].join(", ");
  const took = seconds === undefined ? "" : `, ${seconds} s`;
  return [
    `${head}: ${at === undefined ? "nothing is kept of its run" : "succeeded"}${took}`,
    ...(log === undefined ? [] : log.split("\n").map((line) => printable(line))),
  ];
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
