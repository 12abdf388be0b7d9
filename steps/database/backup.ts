import { secretFile } from "../../components/application/connections.ts";
import { postgresService } from "../../components/application/postgres-url.ts";
import {
  connectionTo,
  dumpName,
  dumpScript,
  dumpSeconds,
  failureOf,
  takenIn,
} from "../../components/backup/program/dump.mjs";
import {
  postgresServiceSecret,
  type BackupInput,
  type BackupReceipt,
} from "../../components/contract/database.ts";
import { defined } from "../../components/input/defined.ts";
import type { EndedRun, Machine, ScriptRun } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { StepFailure } from "../step-failure.ts";

/**
 * Dumps the database in PostgreSQL's custom format, and has `pg_restore --list` read it.
 *
 * A file has its name only once it is whole: what a failure leaves is removed, with what earlier ones left.
 */
export async function backUp(machine: Machine, input: BackupInput): Promise<BackupReceipt> {
  const { container, database, volume, release, why, labels } = input;
  const started = Date.now();
  const file = dumpName(started, release);
  const run = {
    beside: container,
    script: input.external === true ? `${findingService}${dumpScript}` : dumpScript,
    arguments: [input.external === true ? `service=${postgresService}` : connectionTo(input), file, why, ""],
    ...defined({ secrets: input.external }),
    labels,
    volume: dumpsVolume(input),
    // Not those of a copy: rows are streamed, but pg_dump has every table, index and large object in memory.
    limits: await machine.limits(),
  };
  waitingFor(`the database "${database}" is dumped`);
  return machine.onceBeside(run, dumpSeconds, async (ended) => {
    waitingFor(undefined);
    if (ended.exitCode !== 0) throw new StepFailure(await failure(ended, input, file));
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    return { volume, file, ...takenIn(await ended.output()), seconds };
  });
}

/** The volume that keeps the dumps; one that is not there is made with these labels. */
export function dumpsVolume({ volume, labels }: Pick<BackupInput, "volume" | "labels">): ScriptRun["volume"] {
  return { name: volume, labels: { ...labels, "towpath.part": "backups" } };
}

/** Where the clients of an external database find the way there. */
const findingService = `export PGSERVICEFILE=${secretFile(postgresServiceSecret).path}\n`;

async function failure(ended: EndedRun, dump: BackupInput, file: string): Promise<string> {
  const { exitCode } = ended;
  const [said, limited] = [await ended.output(), await ended.limited("")];
  const { problem, remedy } = failureOf({ exitCode, said, limited }, { ...dump, file });
  const again = limited === undefined ? " and run the command again" : "";
  return `backup: ${problem}; neither the database nor what runs was touched: ${remedy}${again}`;
}
