import type { ProgramPlace } from "../host/program-place.ts";
import { minute } from "../input/times.mjs";
import type { JobState } from "./program/scheduler.mjs";

/** The jobs of a stack, and when it is asked about them. */
interface Place extends ProgramPlace {
  readonly now: Date;
}

/** The time by which a job may be late without being told, in milliseconds: its program is another one with each release. */
const mayBeLate = 3600_000;

/**
 * Says what is wrong with a stack's jobs that have a schedule, a line each.
 *
 * @param jobs undefined where the program that runs them does not answer
 */
export function jobConcerns(jobs: readonly JobState[] | undefined, place: Place): string[] {
  const { host, container } = place;
  if (jobs === undefined)
    return [
      `jobs: nothing answers on ${host} that runs them, so none runs by its schedule; the next up starts it, and where it was there, docker logs ${container} says why`,
    ];
  return jobs.flatMap((state) => concernOf(state, place) ?? []);
}

function concernOf({ job, next, running, runs }: JobState, { stack, now }: Place): string | undefined {
  const more = `npx towpath job list --stack ${stack} shows its last runs`;
  const [last] = runs;
  if (last?.result === "failed")
    return `jobs.${job}: the run of ${minute(last.due)} failed, got "${last.problem}"; ${more}`;
  if (last?.result === "skipped")
    return `jobs.${job}: the run of ${minute(last.due)} was skipped, got "${last.problem}"; give it fewer times, or make it faster: ${more}`;
  if (running === undefined && next !== undefined && now.getTime() - Date.parse(next) > mayBeLate)
    return `jobs.${job}: it has to run at ${minute(next)}, got no run; ${more}`;
  return undefined;
}
