import { setTimeout as timer } from "node:timers/promises";
import { provenInWords } from "../../components/backup/drill-concern.ts";
import type { State } from "../../components/backup/program/scheduler.mjs";
import { askBackups } from "../../components/backup/question.ts";
import type { HostView } from "../../components/host/host-view.ts";
import type { ProgramPlace } from "../../components/host/program-place.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../terminal/progress.ts";

/** The time between two looks at it, in milliseconds. */
const lookAgain = 1000;

/** The questions without an answer after which nobody is asked any more: the program starts again when the engine does. */
const mostSilent = 60;

/**
 * Has the host restore the newest dump to prove it, and waits for the outcome; the host goes on where nobody waits any more.
 *
 * @returns the state after one that passed
 * @throws Problem when it fails, or nothing answers
 */
export async function drillNow(
  view: Pick<HostView, "run">,
  place: ProgramPlace,
  progress: Progress,
): Promise<State> {
  const { stack, host, container } = place;
  const before = await askBackups(view, container);
  if (before?.drill === undefined) throw new Problem(cannot(place, before));
  const step = progress.step(`restoring the newest dump of ${stack} on ${host}, beside nobody's database`);
  try {
    let state = await askBackups(view, container, { operation: "drill" });
    for (let silent = 0; isOpen(state, before);) {
      silent = state === undefined ? silent + 1 : 0;
      if (silent > mostSilent) throw new Problem(cannot(place, undefined));
      step.detail(state?.running === true ? "a dump is being taken first" : "");
      await timer(lookAgain);
      state = await askBackups(view, container);
    }
    if (state?.drill === undefined) throw new Problem(cannot(place, state));
    const { lastFailure: failure, lastProven: proven } = state.drill;
    if (failure !== undefined && failure.at > (proven?.at ?? ""))
      throw new Problem(
        `backups: the restore on ${host} failed, got "${failure.reason}"; ${provenInWords(state, new Date())}: mend it and run the command again`,
      );
    step.done();
    return state;
  } catch (error) {
    step.failed();
    throw error;
  }
}

/** Tells whether the outcome is still to come. */
function isOpen(state: State | undefined, before: State): boolean {
  if (state === undefined) return true;
  const { drill } = state;
  return (
    drill !== undefined &&
    (drill.running ||
      (drill.lastProven?.at === before.drill?.lastProven?.at &&
        drill.lastFailure?.at === before.drill?.lastFailure?.at))
  );
}

/** Says that nothing on the host restores dumps. */
function cannot({ stack, host, container }: ProgramPlace, state: State | undefined): string {
  return state === undefined
    ? `backups: the program that restores them was asked on ${host}, got no answer; see why there with docker logs ${container}`
    : `backups: expected a program on ${host} that restores dumps, got one of an earlier version; the next up of ${stack} brings it`;
}
