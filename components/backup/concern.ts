import type { ProgramPlace } from "../host/program-place.ts";
import { minute } from "../input/times.mjs";
import type { State } from "./program/scheduler.mjs";

/** The backups of a stack, and when it is asked about them. */
interface Place extends ProgramPlace {
  readonly now: Date;
}

/** The time by which a dump may be late without being told, in milliseconds: one waits for a migration, and takes its time. */
const mayBeLate = 3600_000;

/**
 * Says what is wrong with a stack's backups; undefined where nothing is.
 *
 * @param state undefined where the program that takes them does not answer
 */
export function backupConcern(state: State | undefined, place: Place): string | undefined {
  const { stack, host, container, now } = place;
  if (state === undefined) {
    return `backups: nothing answers on ${host} that takes them, so none is taken; the next up starts it, and where it was there, docker logs ${container} says why`;
  }
  const { lastFailure: failure, next, running } = state;
  const more = `; ${newestInWords(state, now)}: npx towpath backups --stack ${stack} shows them`;
  if (failure !== undefined && failure.at > (state.newestGood?.taken ?? "")) {
    return `backups: the last one ${failureInWords(failure)}${more}`;
  }
  if (!running && next !== undefined && now.getTime() - Date.parse(next) > mayBeLate)
    return `backups: none was taken at ${minute(next)}${more}`;
  return undefined;
}

/** When the last try failed, after how many others, and why. */
export function failureInWords({ at, reason, tries }: NonNullable<State["lastFailure"]>): string {
  const failed = tries === 1 ? "failed" : `failed, as ${tries - 1} before it,`;
  return `${failed} at ${minute(at)}, got "${reason}"`;
}

/** Says that backups are nowhere but beside what they are of. */
export function onOneHost({ stack, host }: Pick<Place, "stack" | "host">): string {
  return `backups: those of ${stack} are on ${host} alone, beside the database, and go with its disk; copy them to another machine`;
}

/** Says that a database is dumped by no schedule. */
export function externalBackups(stack: string): string {
  return `backups: the database of ${stack} is external, so towpath:backup.schedule dumps nothing; it is dumped before each migration and by npx towpath backup, and else whoever runs its server backs it up`;
}

/** The newest dump that can be restored from, and its age. */
export function newestInWords({ newestGood: newest }: Pick<State, "newestGood">, now: Date): string {
  if (newest === undefined) return "there is no good one";
  return `the newest good one is ${ageOf(newest.taken, now)} old, from ${minute(newest.taken)}`;
}

/** The age of something that was made at that time: `5 min`, `3 h`, `9 days`. */
export function ageOf(time: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 60 / 24)} days`;
}
