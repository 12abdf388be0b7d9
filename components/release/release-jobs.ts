import * as pulumi from "@pulumi/pulumi";
import type { JobTime, Service } from "../application/application.ts";
import { found } from "../application/names.ts";
import type { CommandRun } from "../contract/command-run.ts";
import type { ReleaseJobInput } from "../contract/release-job.ts";
import { Step, type StepArgs } from "../host/step.ts";
import { defined } from "../input/defined.ts";
import { runInput } from "../migration/migration.ts";
import { runOf } from "./command-surroundings.ts";
import type { ReleaseArgs, ReleaseJobTimes } from "./release-args.ts";

/** Arguments of a job that runs once for a release. */
export interface ReleaseJobArgs {
  job: string;
  time: JobTime;
  release: ReleaseArgs;
}

/** The argument of a release that has such jobs; none where it has none, so that nothing of it is another one. */
export function jobsAtTimes(times: ReleaseJobTimes): Pick<ReleaseArgs, "jobs"> {
  const all = { ...times["before-release"].jobs, ...times["after-release"].jobs };
  return Object.keys(all).length === 0 ? {} : { jobs: times };
}

/** A job that runs once for a release. What failed, or was killed, is not in the state, so that the next `up` runs it again. */
export class ReleaseJob extends pulumi.ComponentResource {
  /** Known once it is done. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: ReleaseJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Job", name, {}, opts);
    const { release, time } = args;
    const { isDue, release: id } = timesOf(release)[time];
    const step = new Step<ReleaseJobInput>(
      `${name}-run`,
      {
        host: release.host,
        ...(isDue && { program: "release-job" }),
        input: inputOf(args),
        triggers: [pulumi.output(id), args.job],
      },
      { parent: this },
    );
    this.receipt = step.receipt;
    this.registerOutputs({});
  }
}

/** The jobs that run at one time of a release, one after the other in the order of the description. */
export function releaseJobsAt(
  name: string,
  time: JobTime,
  release: ReleaseArgs,
  after: readonly pulumi.Resource[],
  opts: pulumi.ComponentResourceOptions,
): readonly ReleaseJob[] {
  const jobs = Object.keys(release.jobs?.[time].jobs ?? {});
  if (jobs.length === 0) return [];
  let before = after;
  if (time === "after-release")
    before = [new ReleaseJobsDue(`${name}-jobs-due`, release, { ...opts, dependsOn: [...after] })];
  return jobs.map((job) => {
    const args = { job, time, release };
    const one = new ReleaseJob(`${name}-job-${job}`, args, { ...opts, dependsOn: [...before] });
    before = [one];
    return one;
  });
}

/**
 * Notes in the state which release users have, and the jobs that run for it from now on: whichever of them is not of that
 * release has not ended well.
 */
class ReleaseJobsDue extends pulumi.ComponentResource {
  constructor(name: string, release: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super(dueToken, name, {}, opts);
    const { jobs, release: id } = timesOf(release)["after-release"];
    new Step<object>(
      `${name}-note`,
      { host: release.host, input: {}, triggers: [pulumi.output(id), ...Object.keys(jobs)] },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** The type of that note's component. */
const dueToken = "towpath:release:JobsDue";

function timesOf({ jobs }: ReleaseArgs): ReleaseJobTimes {
  if (jobs === undefined) throw new Error("a release without jobs");
  return jobs;
}

function inputOf({ job, time, release }: ReleaseJobArgs): StepArgs<ReleaseJobInput>["input"] {
  const { jobs, again } = { ...timesOf(release)[time], ...timesOf(release) };
  const { service: serviceName, command, timeoutSeconds } = found(jobs, job);
  const service = found(release.application.services, serviceName);
  // What a part of the clients gets is a release, too.
  const { images } = time === "before-release" ? (release.canary ?? release) : release;
  return {
    ...{ job, again, runs: time, command: [...command] },
    image: found(images, service.image),
    ...processOf(service),
    ...volumesOf(release, service),
    ...(release.boundaries.rights === "few" && { capabilities: [...service.capabilities] }),
    ...runInput({ ...runOf(release, serviceName, `job-${job}`), timeoutSeconds }),
  };
}

/** Its process, as that of a copy of the service. */
function processOf({
  entrypoint,
  user,
  workingDir,
}: Service): Pick<CommandRun, "entrypoint" | "user" | "workingFolder"> {
  return defined({ entrypoint, user, workingFolder: workingDir });
}

function volumesOf(
  release: ReleaseArgs,
  { volumes }: Service,
): { volumes?: pulumi.Output<Record<string, string>> } {
  const mounted = Object.entries(volumes);
  if (mounted.length === 0) return {};
  const named = mounted.map(([volume, path]) =>
    found(release.volumes, volume).apply((name) => [name, path] as const),
  );
  return { volumes: pulumi.all(named).apply((pairs) => Object.fromEntries(pairs)) };
}
