import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import type { ScheduledJob } from "../application/jobs.ts";
import { found } from "../application/names.ts";
import { plainVariables } from "../application/variables.ts";
import type { EndRunsInput } from "../contract/end-runs.ts";
import type { Host } from "../host/host.ts";
import { startHostProgram } from "../host/host-program.ts";
import { Step } from "../host/step.ts";
import type { Names } from "../naming/names.ts";
import type { Task } from "./program/main.mjs";
import { scheduledLabel } from "./program/runner.mjs";

/** Arguments of the jobs that run at the times of a schedule. */
export interface ScheduledJobsArgs {
  names: Names;
  /** The prefix that stands for docker.io in image names. */
  imageMirror: string;
  jobs: Readonly<Record<string, ScheduledJob>>;
  services: Application["services"];
  /** The containers that users get, by service: known once they do. */
  copies: pulumi.Output<Readonly<Record<string, readonly string[]>>>;
  /** The time that a job may take to end when its time is up, in seconds. */
  graceSeconds: number;
  gateTimeoutSeconds: number;
  host: Host;
  /** The labels of one part. */
  labels: (part: string) => Record<string, string>;
}

/** Where it sees the volume. */
const folder = "/jobs";

/**
 * The program on a host that runs jobs at the times of their schedules, and keeps their results.
 *
 * It makes a container like a copy that users get for each run, which has its secrets from that copy: the program itself is
 * given none. It is another one once users are on another release, and takes over what runs then. It has the engine's
 * socket, which is as much as root on the host; it publishes no port, and has no other rights.
 */
export class ScheduledJobs extends pulumi.ComponentResource {
  /** The container's name, known once it answers. */
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: ScheduledJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:job:ScheduledJobs", name, {}, opts);
    const { host, names, labels, graceSeconds } = args;
    const child = { parent: this };
    const volumeName = names.volume("scheduled-jobs");
    const part = labels("scheduled-jobs");
    const volume = host.volume(`${name}-volume`, { name: volumeName, labels: part }, child);
    // When all of it goes, the runs go before the network that they are in, and after what would begin more.
    const ending = new Step<EndRunsInput>(
      `${name}-end`,
      {
        host,
        input: { labels: host.networkName.apply(() => runLabels(args)), graceSeconds },
        deleteProgram: "end-runs",
      },
      child,
    );
    this.containerName = startHostProgram(
      name,
      {
        host,
        subject: "jobs",
        main: "job/program/main.mjs",
        containerName: names.scheduledJobs,
        imageMirror: args.imageMirror,
        variables: { TOWPATH_JOBS: taskOf(args) },
        volumes: [{ name: volume.name, path: folder }],
        graceSeconds: 10,
        gateTimeoutSeconds: args.gateTimeoutSeconds,
        labels: part,
      },
      { ...child, dependsOn: [ending] },
    );
    this.registerOutputs({ containerName: this.containerName });
  }
}

/** The labels of the runs of this namespace's schedules, and of nothing else. */
function runLabels({ names }: ScheduledJobsArgs): Record<string, string> {
  return { "towpath.namespace": names.namespace, ...scheduledLabel };
}

/** What the program is given to do. */
function taskOf(args: ScheduledJobsArgs): pulumi.Output<string> {
  const { jobs, services, names, labels, graceSeconds } = args;
  return args.copies.apply((copies) => {
    const task: Task = {
      folder,
      graceSeconds,
      labels: runLabels(args),
      jobs: Object.fromEntries(
        Object.entries(jobs).map(([job, { service, schedule, command, timeoutSeconds }]) => [
          job,
          {
            ...{ service, schedule, command, timeoutSeconds },
            copies: copies[service] ?? [],
            container: names.job(job),
            labels: labels(`job-${job}`),
            plainVariables: plainVariables(found(services, service)),
          },
        ]),
      ),
    };
    return JSON.stringify(task);
  });
}
