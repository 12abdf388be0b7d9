import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { timeOf } from "../../components/backup/program/dumps.mjs";
import type { Stored } from "../../components/backup/program/restic.mjs";
import type { Job, StorageQuestion } from "../../components/backup/program/storage-jobs.mjs";
import { askBackups } from "../../components/backup/question.ts";
import type { FoundDump, LookReceipt } from "../../components/contract/restore.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import { namesOf } from "../../components/naming/names.ts";
import { backupStorageIn } from "../../components/settings/backup-storage.ts";
import { Problem } from "../problem.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { noAnswer } from "./backups.ts";
import type { RestoreRequest, Scene } from "./restore-request.ts";

/** What has to be brought back before it can be restored. */
export interface Bringing {
  /** What the person is told of it, and the options that ask for the same. */
  readonly words: readonly string[];
  readonly options: string;
  readonly bring: () => Promise<void>;
}

/** The time between two looks at how it goes, in milliseconds. */
const lookAgain = 2000;

/** The time that all of it may take, in milliseconds: more than the program on the host gives it. */
const longest = 13 * 3600_000;

/** Makes sure that options which belong together are. */
export function checkFromStorage({
  fromStorage,
  volumes,
  overwrite,
  back,
  letGo,
  ...rest
}: RestoreRequest): void {
  if (fromStorage === true && (back === true || letGo === true)) {
    const other = back === true ? "--back" : "--let-go";
    throw new Problem(
      `restore: expected --from-storage or ${other}, got both; the database from before a restore is on the host: leave out --from-storage`,
    );
  }
  if (volumes === true && (fromStorage !== true || rest.try === true))
    throw new Problem(
      `restore: expected --volumes with --from-storage and without --try, got ${fromStorage === true ? "--try" : "no --from-storage"}; the files of volumes are in the storage alone, and cannot be tried`,
    );
  if (overwrite === true && volumes !== true)
    throw new Problem(
      "restore: expected --overwrite with --volumes, got no --volumes; a dump never overwrites one, leave out --overwrite",
    );
}

/**
 * The dump of the storage elsewhere that is restored, and what brings it back: the one that is named, else the newest by the
 * schedule that the host has not. What a host that took a lost one's place dumped of its empty database is so never taken.
 *
 * @throws Problem when nothing is copied, nothing answers, or there is no such dump
 */
export async function fromStorage(
  { stack, dump, volumes = false, overwrite = false }: RestoreRequest,
  scene: Scene,
  found: LookReceipt,
  progress: Progress,
): Promise<{ readonly chosen: FoundDump; readonly bringing: Bringing }> {
  const { settings } = scene;
  if (backupStorageIn(settings) === undefined) throw new Problem(noStorage(stack));
  const id = randomUUID();
  const words = `looking for dumps of ${stack} in the storage`;
  const { stored = [] } = await done(scene, { operation: "stored", id }, words, progress);
  const chosen = dump === undefined ? newestLost(stored, found, stack) : named(stored, dump);
  const { file, bytes, snapshot } = chosen;
  const bring = async (): Promise<void> => {
    const wanted = { snapshot, file, volumes, overwrite };
    await done(scene, { operation: "bring", id: randomUUID(), wanted }, `bringing ${file} back`, progress);
  };
  const files = volumes
    ? [
        `  The volumes of services and the buckets get their files from the same copy, ${snapshot}${overwrite ? ", also in the place of those of the same name" : ", and have to be empty"}. Redis stays as it is.`,
      ]
    : ["  Redis, buckets and volumes stay as they are."];
  const options = ` --from-storage${volumes ? " --volumes" : ""}${overwrite ? " --overwrite" : ""}`;
  return {
    chosen: { file, bytes, facts: { why: `into the storage's copy ${snapshot}`, sha256: "", bytes } },
    bringing: { words: files, options, bring },
  };
}

/** The newest by the schedule that the host has not, where the host has no newer one by its schedule. */
function newestLost(stored: readonly Stored[], { dumps }: LookReceipt, stack: string): Stored {
  const bySchedule = ({ file }: { readonly file: string }): boolean => file.endsWith("-scheduled.dump");
  const here = dumps.map(({ file }) => file);
  const newest = stored.find((one) => bySchedule(one) && !here.includes(one.file));
  const some = stored.slice(0, 5).map(({ file }) => file);
  const there = some.length === 0 ? "there is none" : `the newest are ${some.join(", ")}`;
  if (newest === undefined) {
    throw new Problem(
      `restore: expected a dump by the schedule in the storage that the host has not, got none; ${there}: name one of them, or leave out --from-storage`,
    );
  }
  const newer = dumps.filter(bySchedule).find(({ file }) => file > newest.file);
  if (newer === undefined) return newest;
  throw new Problem(
    `restore: expected the name of a dump, got none, and the host has a newer one than the storage, ${newer.file}; ${there}: name one of them, or restore the host's with npx towpath restore --stack ${stack}`,
  );
}

function named(stored: readonly Stored[], name: string): Stored {
  const one = stored.find(({ file }) => file === name);
  if (one !== undefined && timeOf(one.file) !== undefined) return one;
  const there =
    stored.length === 0 ? "there is none" : `there are ${stored.map(({ file }) => file).join(", ")}`;
  throw new Problem(
    `restore: expected a dump in the storage, got ${JSON.stringify(name)}; ${there}: name one of them`,
  );
}

/** Has the program on the host do something with the storage, and waits until it is done. */
async function done(
  { connection, settings, stack }: Scene,
  question: StorageQuestion,
  words: string,
  progress: Progress,
): Promise<Job> {
  const names = namesOf(settings.namespace);
  const ask = async (asked?: StorageQuestion): Promise<Job | undefined> => {
    const state = await askBackups(dockerView(connection), names.backups, asked);
    if (state === undefined)
      throw new Problem(noAnswer(connection.host, names.backups, names.volume("backups")));
    if (state.storage === undefined) throw new Problem(notYet(stack));
    return state.storage.job;
  };
  return asStep(progress, words, async () => {
    const until = Date.now() + longest;
    for (let job = await ask(question); ; job = await ask()) {
      if (job?.id !== question.id) throw new Problem(busy(connection.host));
      if (job.problem !== undefined) throw new Problem(failed(job.problem, connection.host));
      if (!job.running) return job;
      if (Date.now() > until) throw new Problem(failed("no end of it", connection.host));
      await wait(lookAgain);
    }
  });
}

/** Says that a stack's backups are nowhere else. */
function noStorage(stack: string): string {
  return `--from-storage: expected a stack whose settings have towpath:backup.storage, got ${JSON.stringify(stack)}; set it, or leave out the option for what is on the host`;
}

/** Says that the program on the host does not know of a storage. */
function notYet(stack: string): string {
  return `--from-storage: expected a host that knows of the storage, got one without; run npm run pulumi -- up --stack ${stack} first`;
}

/** Says that somebody else has something brought back. */
function busy(host: string): string {
  return `restore: something else is brought back from the storage on ${host} just now; run the command again when it is done`;
}

function failed(problem: string, host: string): string {
  const files = problem.startsWith("files are in ");
  const remedy = files
    ? "use --overwrite to write over those of the same name"
    : "mend that, and run the command again";
  return `restore: nothing could be brought back from the storage to ${host}, got "${problem}"; the database is as it was before: ${remedy}`;
}
