import type { HostView } from "../host/host-view.ts";
import { askCommand } from "../host/plain-program.ts";
import type { JobState } from "./program/scheduler.mjs";

/** The command that asks the program which runs jobs, inside of its container. */
export function jobsCommand(): string[] {
  return askCommand({ operation: "state" });
}

/** Asks that program for the state of the jobs with a schedule; undefined when it does not answer. */
export async function askJobs(
  host: Pick<HostView, "run">,
  container: string,
): Promise<readonly JobState[] | undefined> {
  return jobsIn(await host.run(container, jobsCommand()));
}

/** The states in the program's answer. */
export function jobsIn(answer: string | undefined): readonly JobState[] | undefined {
  return answer === undefined ? undefined : (JSON.parse(answer) as { jobs: readonly JobState[] }).jobs;
}
