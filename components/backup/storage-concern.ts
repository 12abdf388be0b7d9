import { minute } from "../input/times.mjs";
import { ageOf, failureInWords } from "./concern.ts";
import type { State } from "./program/scheduler.mjs";
import type { StorageState } from "./program/storage.mjs";

/** The time by which a copy may follow its dump without being told, in milliseconds: it is tried again meanwhile. */
const mayBeLate = 3600_000;

/** Says what is wrong with a stack's copies in a storage elsewhere; undefined where nothing is, or none are made. */
export function storageConcern(
  state: State | undefined,
  { stack, now }: { readonly stack: string; readonly now: Date },
): string | undefined {
  if (state?.storage === undefined) return undefined;
  const { repository, lastFailure: failure, running } = state.storage;
  const more = `${newestCopyInWords(state.storage, now)}: npx towpath backups --stack ${stack} shows them`;
  if (failure !== undefined)
    return `backups: the last copy to ${repository} ${failureInWords(failure)}; ${more}`;
  const late = state.dumps.find(
    ({ file, good, taken }) =>
      good && !isCopied(state.storage, file) && now.getTime() - Date.parse(taken) > mayBeLate,
  );
  if (late === undefined || running) return undefined;
  return `backups: ${late.file} is not copied to ${repository}, ${ageOf(late.taken, now)} after it was taken; ${more}`;
}

/** Tells whether a dump was in the newest copy. */
export function isCopied(storage: StorageState | undefined, file: string): boolean {
  return storage?.newest?.dumps.includes(file) ?? false;
}

/** The newest copy, and its age. */
export function newestCopyInWords({ newest }: Pick<StorageState, "newest">, now: Date): string {
  if (newest === undefined) return "there is no copy";
  return `the newest copy is ${ageOf(newest.at, now)} old, from ${minute(newest.at)}`;
}
