import { ageOf, failureInWords } from "./concern.ts";
import type { State } from "./program/scheduler.mjs";

/** The time that dumps may be there before one was restored, in milliseconds: the schedule proves one a day. */
const mayBeUnproven = 24 * 3600_000;

/**
 * Says why nobody knows that a stack's backups can be restored; undefined where one was, or is just now, and where the program
 * on the host is of a version that restores none, or does not answer, which is told besides.
 */
export function drillConcern(state: State | undefined, stack: string, now: Date): string | undefined {
  if (state?.drill === undefined || state.drill.running) return undefined;
  const { lastFailure: failure, lastProven: proven } = state.drill;
  if (failure !== undefined && failure.at > (proven?.at ?? "")) {
    return `backups: the last restore that was to prove them ${failureInWords(failure)}; ${provenInWords(state, now)}: when it is mended, npx towpath backups --drill --stack ${stack} tries again`;
  }
  const since = unprovenSince(state);
  if (proven !== undefined || since === undefined || now.getTime() - Date.parse(since) <= mayBeUnproven)
    return undefined;
  return `backups: none was ever restored to prove them, and there are some for ${ageOf(since, now)}: npx towpath backups --drill --stack ${stack} does so now`;
}

/**
 * The time from which on a dump could have been proven and none was: of the last that passed, else of the oldest dump that
 * there is something to compare with. Undefined where there is none.
 */
export function unprovenSince({ drill, dumps }: State): string | undefined {
  if (drill?.lastProven !== undefined) return drill.lastProven.at;
  const oldest = dumps.findLast(({ good, facts }) => good && facts?.content !== undefined);
  if (drill === undefined || oldest === undefined) return undefined;
  return oldest.taken > drill.since ? oldest.taken : drill.since;
}

/** The age that the last restore may have when something is released, in days, where no setting says it: a week and a night. */
const usualDays = 8;

const day = 24 * 3600_000;

/**
 * Says why something new must not be released: its migration would change data that nobody knows how to bring back. Undefined
 * where a restore is young enough, where no dump is old enough to have been restored, and where the host does not tell.
 *
 * @param within the age that it may have, in days
 */
export function unprovenProblem(
  state: State | undefined,
  {
    stack,
    now,
    within = usualDays,
  }: { readonly stack: string; readonly now: Date; readonly within?: number },
): string | undefined {
  const since = state === undefined ? undefined : unprovenSince(state);
  if (since === undefined || now.getTime() - Date.parse(since) <= within * day) return undefined;
  const file = state?.drill?.lastProven?.file;
  const got = file === undefined ? `none for ${ageOf(since, now)}` : `${file}, ${ageOf(since, now)} ago`;
  return `towpath:backup.restoreProvenWithin: expected a backup that was restored to prove it within ${within} days, got ${got}; prove the newest one now with npx towpath backups --drill --stack ${stack}, or if the release cannot wait, allow more days`;
}

/** The last dump that was restored to prove it, and what it held. */
export function provenInWords({ drill }: Pick<State, "drill">, now: Date): string {
  const proven = drill?.lastProven;
  if (proven === undefined) return "none was ever proven";
  const { file, at, seconds, rows, tables } = proven;
  return `the last proven one is ${file}, restored ${ageOf(at, now)} ago in ${seconds} s, with its ${rows} rows in ${tables} tables`;
}
