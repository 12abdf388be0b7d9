import { report } from "../../host/program/control.mjs";
import { Copier } from "./copier.mjs";
import { repositoryAddress } from "./restic.mjs";
import { StorageJobs } from "./storage-jobs.mjs";
import { Storage } from "./storage.mjs";

/**
 * The copies that a program makes into a storage elsewhere; undefined where it makes none.
 *
 * @param {import("./main.mjs").Task} task
 * @param {object} program
 * @param {() => readonly import("./dumps.mjs").Dump[]} program.dumps
 * @param {<T>(doing: Promise<T>) => Promise<T>} program.onEngine waits for what the engine does
 * @param {import("../../host/program/kept-file.mjs").KeptFile} program.kept
 */
export function storageOf(task, { dumps, onEngine, kept }) {
  if (task.storage === undefined) return undefined;
  const { volume, retentionDays, labels } = task;
  const copier = new Copier({ ...task.storage, volume, retentionDays, labels });
  const storage = new Storage({
    repository: repositoryAddress(task.storage.repository),
    dumps,
    copy: async () => {
      const outcome = await onEngine(copier.copy());
      report(
        "problem" in outcome
          ? `failed to copy: ${outcome.problem}`
          : `copied, as snapshot ${outcome.snapshot}`,
      );
      return outcome;
    },
    read: () => /** @type {import("./storage.mjs").KeptCopies | undefined} */ (kept.read()),
    write: (copies) => {
      kept.write(copies);
    },
    now: () => Date.now(),
  });
  const jobs = new StorageJobs(copier);
  return {
    look: () => storage.look(),
    /** @param {import("./storage-jobs.mjs").StorageQuestion} question */
    ask: (question) => {
      jobs.ask(question);
    },
    state: () => {
      const job = jobs.state();
      return { ...storage.state(), ...(job !== undefined && { job }) };
    },
    /** Ends a copy that is under way: nobody waits for it any more. */
    stop: () => copier.stop(),
  };
}
