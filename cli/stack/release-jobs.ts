import type { JobTime } from "../../components/application/application.ts";
import type { ReleaseJobInput, ReleaseJobReceipt } from "../../components/contract/release-job.ts";
import { defined } from "../../components/input/defined.ts";
import type { StateResource } from "../pulumi/state.ts";
import { plainText } from "../pulumi/steps.ts";
import { parseUrn } from "../pulumi/urn.ts";

/** The last run of a job that runs once for each release, as the state has it: one that failed is not there. */
export interface ReleaseJobRun extends Partial<ReleaseJobReceipt> {
  readonly job: string;
  readonly runs: JobTime;
  /** The release that it was done for, or that came back. */
  readonly release: string;
}

/** The runs in a state in the clear. Nothing is kept of those of a release that came back, but for its name. */
export function releaseJobRuns(resources: readonly StateResource[]): ReleaseJobRun[] {
  return jobSteps(resources).map(({ inputs = {}, outputs = {}, job, release }) => {
    const { runs } = JSON.parse(plainText(inputs.stdin)) as ReleaseJobInput;
    const printed = plainText(outputs.stdout ?? "").trim();
    const receipt = printed === "" ? {} : (JSON.parse(printed) as Partial<ReleaseJobReceipt>);
    return { job, runs, release, ...defined({ ...receipt }) };
  });
}

/**
 * Says which jobs have not ended well for the release that users have, a line each; none where the state has no jobs that
 * run after a release.
 *
 * @param again the command that runs them again
 */
export function releaseJobProblems(resources: readonly StateResource[], again: string): string[] {
  const [release, ...jobs] = stepsOf(resources, "towpath:release:JobsDue").flatMap(triggersOf);
  const done = new Map(jobSteps(resources).map((step) => [step.job, step.release]));
  return jobs
    .filter((job) => done.get(job) !== release)
    .map(
      (job) =>
        `jobs.${job}: it has to end well after release ${release ?? ""}, which users have, got no such run; ${again} runs it again`,
    );
}

/** The steps of jobs, with the release that each is of. */
function jobSteps(
  resources: readonly StateResource[],
): (StateResource & Pick<ReleaseJobRun, "job" | "release">)[] {
  return stepsOf(resources, "towpath:release:Job").map((step) => ({
    ...step,
    release: triggersOf(step)[0] ?? "",
    job: triggersOf(step)[1] ?? "",
  }));
}

function stepsOf(resources: readonly StateResource[], component: string): StateResource[] {
  return resources.filter(
    ({ type, urn, delete: isReplaced }) =>
      type === "command:local:Command" &&
      isReplaced !== true &&
      parseUrn(urn)?.types.includes(component) === true,
  );
}

function triggersOf({ inputs }: StateResource): string[] {
  const triggers = inputs?.triggers;
  return Array.isArray(triggers) ? triggers.map(String) : [];
}
