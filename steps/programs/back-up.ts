import type { BackUpInput, BackupReceipt } from "../../components/contract/database.ts";
import { backUp } from "../database/backup.ts";
import { LockLost, withDatabaseLock } from "../database/database-lock.ts";
import { awaitEarlierRuns } from "../database/earlier-runs.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** Takes the dump of a migration by itself: under the same lock, for a dump blocks what changes a table meanwhile. */
async function backup({ waitSeconds, ...input }: BackUpInput, machine: Machine): Promise<BackupReceipt> {
  const dump = async (): Promise<BackupReceipt> => {
    const { labels } = input;
    await awaitEarlierRuns(machine, { labels, timeoutSeconds: waitSeconds }, "backup");
    return backUp(machine, input);
  };
  return withDatabaseLock(machine, { ...input, waitSeconds, subject: "backup" }, dump).catch(
    (error: unknown) => {
      throw error instanceof LockLost ? new StepFailure(`${error.message}; run the command again`) : error;
    },
  );
}

await runStep(backup);
