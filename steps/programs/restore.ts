import {
  besideNames,
  type KeptInput,
  type KeptReceipt,
  type LookReceipt,
  type LookInput,
  type PutInput,
  type PutReceipt,
  type RestoreInput,
  type TriedReceipt,
} from "../../components/contract/restore.ts";
import { LockLost, withDatabaseLock } from "../database/database-lock.ts";
import { otherLines } from "../database/compare-schemas.ts";
import { askSql, createDatabase, dropDatabase, identifier } from "../database/databases.ts";
import { findDumps, restoreInto } from "../database/dump-files.ts";
import { giveDatabase, ownerOf } from "../database/ownership.ts";
import { awaitEarlierRuns } from "../database/earlier-runs.ts";
import { checkRoom, contentOf, databasesAmong, rename } from "../database/switch-database.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep, StepFailure } from "../program.ts";

/** The time that dropping a database may take, in seconds: all of its files are removed. */
const dropSeconds = 300;

function restore(input: RestoreInput, machine: Machine): Promise<object> {
  switch (input.operation) {
    case "look":
      return look(input, machine);
    case "try":
      return tryDump(input, machine);
    case "put":
      return put(input, machine);
    default:
      return changeKept(input, machine);
  }
}

async function look(input: LookInput, machine: Machine): Promise<LookReceipt> {
  const [kept] = await databasesAmong(machine, input, [besideNames(input.database).kept]);
  return { dumps: await findDumps(machine, input), ...(kept !== undefined && { kept }) };
}

/** Restores a dump beside the database, makes sure of it, and gives it the database's name. */
async function put(input: PutInput, machine: Machine): Promise<Omit<PutReceipt, "seconds">> {
  const { database, waitSeconds } = input;
  const { next, kept } = besideNames(database);
  await refuseKept(input, machine);
  return beside(input, machine, async ({ others, ...found }) => {
    refuseOtherSchema(input, others);
    const names = [
      [database, kept],
      [next, database],
    ] as const;
    const cutSeconds = await rename(machine, input, names, waitSeconds);
    return { ...found, kept, cutSeconds: Math.round(cutSeconds * 10) / 10 };
  });
}

/** Restores a dump beside the database, and drops it again. */
function tryDump(input: PutInput, machine: Machine): Promise<Omit<TriedReceipt, "seconds">> {
  return beside(input, machine, async ({ others, ...found }) => {
    await dropDatabase(machine, input, besideNames(input.database).next);
    return { ...found, otherLines: others.length };
  });
}

/** What was restored beside a database. */
interface Beside extends Omit<TriedReceipt, "seconds" | "otherLines"> {
  /** The lines of its schema, or of the database's, that the other one lacks. */
  readonly others: readonly string[];
}

/**
 * Restores a dump into a database beside, under the lock, and then does something with it: no more under the lock, whose session
 * is one of those that keep a database from another name. What fails leaves nothing beside.
 */
async function beside<T>(input: PutInput, machine: Machine, then: (found: Beside) => Promise<T>): Promise<T> {
  const { database, labels, waitSeconds, file } = input;
  const { next } = besideNames(database);
  try {
    const found = await withDatabaseLock(machine, { ...input, subject: "restore" }, async (lost) => {
      await awaitEarlierRuns(machine, { labels, timeoutSeconds: waitSeconds }, "restore");
      await dropDatabase(machine, input, next);
      await checkRoom(machine, input, input);
      const owner = await ownerOf(machine, input, database);
      await createDatabase(machine, input, next, owner);
      waitingFor(`${file} is restored beside the database`);
      const sha256 = await restoreInto(machine, next, input);
      // A dump may be of a time when all was the administrator's.
      if (owner !== input.administrator) await giveDatabase(machine, input, next, owner);
      lost.throwIfAborted();
      waitingFor("what was restored is compared with the database");
      const others = await otherLines(machine, input, { database, owner });
      const before = await contentOf(machine, input, database);
      return { file, sha256, others, before, after: await contentOf(machine, input, next) };
    });
    return await then(found);
  } catch (error) {
    await dropDatabase(machine, input, next).catch(() => undefined);
    if (error instanceof LockLost) throw new StepFailure(`${error.message}; run the command again`);
    throw error instanceof StepFailure
      ? new StepFailure(`${error.message}; the database is as it was before`)
      : error;
  }
}

/** One database is kept: what a second restore would keep is not what users had before the first. */
async function refuseKept({ stack, ...input }: PutInput, machine: Machine): Promise<void> {
  const { kept } = besideNames(input.database);
  if (!(await databasesAmong(machine, input, [kept])).includes(kept)) return;
  throw new StepFailure(
    `restore: expected no database from before an earlier restore, got ${kept}; go back to it with npx towpath restore --back --stack ${stack}, or let it go with npx towpath restore --let-go --stack ${stack}, and run the command again`,
  );
}

/** The release that runs needs its own schema; a dump of an earlier one belongs to an earlier release. */
function refuseOtherSchema({ file, stack }: PutInput, others: readonly string[]): void {
  const [first] = others;
  if (first === undefined) return;
  throw new StepFailure(
    `restore: expected a dump of the schema that runs, got ${file}, in which ${others.length === 1 ? "a line of it differs" : `${others.length} lines of it differ`}: "${first.trim()}"; go back first to the release that it is of with npx towpath rollback --with-downgrade --stack ${stack}`,
  );
}

/** Puts the database that was kept in place again, which keeps the other; or drops it. */
async function changeKept(input: KeptInput, machine: Machine): Promise<Omit<KeptReceipt, "seconds">> {
  const { database, operation, stack, waitSeconds } = input;
  const { next, kept } = besideNames(database);
  if (!(await databasesAmong(machine, input, [kept])).includes(kept)) {
    throw new StepFailure(
      `restore: expected a database from before a restore, got no ${kept}; restore a dump first with npx towpath restore --stack ${stack}`,
    );
  }
  if (operation === "let go") {
    await askSql(machine, input, `DROP DATABASE IF EXISTS ${identifier(kept)} WITH (FORCE);\n`, {
      timeoutSeconds: dropSeconds,
    });
  } else {
    const owner = await ownerOf(machine, input, database);
    if (owner !== input.administrator) await giveDatabase(machine, input, kept, owner);
    const names = [
      [database, next],
      [kept, database],
      [next, kept],
    ] as const;
    await rename(machine, input, names, waitSeconds);
  }
  return { kept };
}

await runStep(restore);
