import { join, relative } from "node:path";
import type { Application, Job } from "../../components/application/application.ts";
import { readEnvFile } from "../../components/settings/env-file.ts";
import { isFor } from "../../components/application/jobs.ts";
import { found } from "../../components/application/names.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { plainVariables, withVariables } from "../../components/application/variables.ts";
import type { RunJobInput, RunJobReceipt } from "../../components/contract/run-job.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { show, suggestion } from "../../components/input/input-checks.ts";
import { isPreview } from "../../components/naming/namespace.ts";
import { labels, namesOf } from "../../components/naming/names.ts";
import { listContainers } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor, hasHosts } from "../stack/call.ts";
import { openHosts } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { runStep } from "../stack/program.ts";
import { namespaceOf, settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** A job that somebody asks for. */
export interface JobRequest {
  readonly job: string;
  readonly stack: string;
}

/** The result of `towpath job run`. */
export interface JobRun extends RunJobReceipt {
  readonly stack: string;
  readonly job: string;
  readonly command: readonly string[];
  /** The file with all that it printed, from the project's folder. */
  readonly file: string;
}

/**
 * Runs a job of the application once, in a container like that of its service that runs there: with the image of the release,
 * and the command of this working copy's `application.ts`.
 *
 * @throws Problem when there is no such job, its service does not run, the job runs already, or it fails
 * @throws HostProblem when the host cannot be reached
 */
export async function runJob(
  { job, stack }: JobRequest,
  progress: Progress,
  project: Project,
): Promise<JobRun> {
  const application = parseApplication(project.application);
  const described = jobOf(application, job);
  const settings = settingsOf(project, stack);
  if (!isFor(described, settings.environment))
    throw new Problem(notThere(job, described, settings.environment));
  const complete = "variables" in settings ? withVariables(application, settings.variables) : application;
  const call = await callFor("job", stack, progress, project);
  const connection = hasHosts(stack) ? Object.values(await openHosts(call, run, progress))[0] : undefined;
  const namespace = namespaceOf(project, stack);
  // A person's own values are secrets in local.
  const own = stack === "local" ? readEnvFile(project.root) : {};
  const file = join(relative(project.root, call.logFolder), `job-${job}.log`);
  const input: RunJobInput = {
    job,
    like: await copyOf(described, { job, stack, namespace, connection }),
    name: namesOf(namespace).job(job),
    command: described.command,
    timeoutSeconds: described.timeoutSeconds,
    labels: labels({
      application: application.name,
      environment: settings.environment,
      namespace,
      part: `job-${job}`,
    }),
    plainVariables: plainVariables(found(complete.services, described.service)).filter(
      (name) => !Object.hasOwn(own, name),
    ),
    logFile: file,
  };
  const receipt = (await runStep(
    { program: "run-job", input, words: `running ${job} in ${namespace}`, wasEnded: wasEnded(job) },
    connection,
    call,
    run,
    progress,
  )) as RunJobReceipt;
  return { stack, job, command: described.command, file, ...receipt };
}

function jobOf({ name, jobs }: Application, asked: string): Job {
  const job = jobs[asked];
  if (job !== undefined) return job;
  const known = Object.keys(jobs);
  const fix = known.length === 0 ? "describe it in application.ts, under jobs" : suggestion(asked, known);
  throw new Problem(`job: no such job of ${name}, got ${show(asked)}; ${fix}`);
}

/** Says that an environment does not have a job. */
function notThere(job: string, { only = [] }: Job, environment: string): string {
  return `jobs.${job}.only: the job is not for ${environment}, got ${show(only)}; add ${environment} there, or run it elsewhere`;
}

/** The container of the job's service that runs, the newest first. */
async function copyOf(
  { service }: Job,
  {
    job,
    stack,
    namespace,
    connection,
  }: JobRequest & {
    namespace: string;
    connection: HostConnection | undefined;
  },
): Promise<string> {
  const containers = await listContainers(
    connection === undefined ? run : onHost(connection, run),
    namespace,
  );
  const copy = containers.find(
    ({ part, release, state }) => part === service && release !== undefined && isUp(state),
  );
  if (copy !== undefined) return copy.name;
  throw new Problem(
    `jobs.${job}.service: a copy of ${service} has to run in ${namespace}, got none that does; ${wayToStart(stack)}`,
  );
}

function wayToStart(stack: string): string {
  if (stack === "local") return 'start it with "npm start"';
  if (isPreview(stack)) return "open its address, which wakes it, and run the job again";
  return `release it with npm run pulumi -- up --stack ${stack}`;
}

/** Says that nobody knows what became of a job. */
function wasEnded(job: string): string {
  return `jobs.${job}: the program that runs it was ended, got no word of it; what it began goes on: run the job again when that is done`;
}

/** Reports the run, with the end of what it printed. */
export function jobInWords({ stack, job, command, seconds, file, log }: JobRun): string {
  return `${log}\n${stack}: ${job} ("${command.join(" ")}") ended well in ${seconds} s; all that it printed is in ${file}`;
}
