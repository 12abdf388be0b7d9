import { commandFrom, isRevision, pendingOf, revisionOf } from "../../components/application/migrations.ts";
import type { CommandRun } from "../../components/contract/command-run.ts";
import type {
  MigrateCare,
  MigrateInput,
  MigrateReceipt,
  StayingSchema,
} from "../../components/contract/migrate.ts";
import { lookSeconds } from "../../components/host/isolated-run.ts";
import { defined } from "../../components/input/defined.ts";
import { UserError } from "../../components/input/user-error.ts";
import { backUp } from "../database/backup.ts";
import { LockLost, withDatabaseLock } from "../database/database-lock.ts";
import { awaitEarlierRuns } from "../database/earlier-runs.ts";
import { failureOf } from "../machine/failed-run.ts";
import type { EndedRun, Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** The care where a command prints the schema's revision. */
type TellingCare = MigrateCare & Required<Pick<MigrateCare, "current">>;

/** A run on a machine, whose limits are known; `lost` comes when it has to end, because others may migrate now. */
type LimitedInput = MigrateInput &
  Required<Pick<CommandRun, "limits">> & { readonly machine: Machine; readonly lost?: AbortSignal };

async function migrate(described: MigrateInput, machine: Machine): Promise<object> {
  const input = { ...described, machine, limits: described.limits ?? (await machine.limits()) };
  const { command, care } = input;
  if (care !== undefined) {
    // Also where nothing will run: a run that lost Pulumi's lock may still migrate, and this lock shows when it ends.
    return withDatabaseLock(machine, { ...care.lock, subject: "migrations" }, (lost) =>
      migrateCarefully({ ...input, lost }, care),
    ).catch((error: unknown) => {
      throw error instanceof LockLost ? withoutLock(error, "nothing new was started") : error;
    });
  }
  await awaitEarlierRuns(machine, input, "migrations");
  await run(input, () => Promise.resolve(""));
  return { command };
}

async function migrateCarefully(input: LimitedInput, care: MigrateCare): Promise<MigrateReceipt> {
  // One that holds the lock is waited for with it; what is left then has lost its starter.
  await awaitEarlierRuns(input.machine, input, "migrations");
  if (!tells(care)) return { applied: [], ...defined({ backup: await dumped(input, care) }) };
  if (care.stays !== undefined) return staying(input, care, care.stays);
  const before = await revision(input, care);
  const pending = await pendingRevisions(input, care, before);
  if (pending?.length === 0 || (care.target !== undefined && before === care.target)) {
    const backup = care.backup?.always === true ? await dumped(input, care) : undefined;
    return { ...defined({ before, after: before }), applied: [], ...defined({ backup }) };
  }
  const backup = await dumped(input, care);
  await run(input, async () => {
    const { lost: _, ...unlocked } = input;
    const now = await revision(unlocked, care).then(
      (found) => found ?? "no revision",
      () => "an unknown revision",
    );
    const from = before ?? "an empty database";
    const kept = backup === undefined ? "" : `, ${backup.file} in the volume ${backup.volume} is from before`;
    return `, the schema is at ${now}, from ${from}${kept}`;
  });
  const after = await revision(input, care);
  const applied = pending ?? (after === undefined || after === before ? [] : [after]);
  return {
    ...defined({ before, after }),
    applied: care.target === undefined ? applied : [],
    ...defined({ backup }),
  };
}

function tells(care: MigrateCare): care is TellingCare {
  return care.current !== undefined;
}

/** Dumps the database where that is wanted. */
async function dumped({ machine, labels }: LimitedInput, { lock, backup }: MigrateCare) {
  if (backup === undefined) return undefined;
  const { volume, release } = backup;
  return backUp(machine, { ...lock, volume, release, why: "release", labels });
}

/** Makes sure that a schema which stays is the one in the records: a run that migrated and failed left none. */
async function staying(
  input: LimitedInput,
  care: TellingCare,
  { at, record, accepted }: StayingSchema,
): Promise<MigrateReceipt> {
  if (!accepted) {
    const expected = `TOWPATH_ROLLBACK: expected the schema at ${at ?? "no revision"}, as the record of ${record} leaves it, got`;
    const fix =
      "a run since then may have migrated and left no record, so what it took away is not known: release a repair, or look whether the earlier release gets along with the schema and say so with --accept-unknown-schema";
    const found = await revision(input, care).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      throw new StepFailure(`${expected} no answer of that release; ${fix}; ${error.message}`);
    });
    if (found !== at) throw new StepFailure(`${expected} ${found ?? "no revision"}; ${fix}`);
  }
  return { ...defined({ before: at, after: at }), applied: [] };
}

/** Runs the migrations; `state` describes what is known of the schema when they failed. */
async function run(input: LimitedInput, state: () => Promise<string>): Promise<void> {
  const { machine, command, timeoutSeconds, lost } = input;
  const name = `"${command.join(" ")}"`;
  const look = async (ended: EndedRun): Promise<void> => {
    if (ended.exitCode === 0) return;
    const { problem, remedy, log } = await failureOf(ended, timeoutSeconds);
    throw new StepFailure(
      `migrations: ${name} ${problem}${await state()}, nothing new was started; ${remedy}its last log lines:\n${log}`,
    );
  };
  await machine.once(input, timeoutSeconds, look, lost).catch(async (error: unknown) => {
    if (!(error instanceof LockLost)) throw error;
    throw withoutLock(error, `${name} does not go on without it${await state()}, nothing new was started`);
  });
}

function withoutLock({ message }: LockLost, what: string): StepFailure {
  return new StepFailure(`${message}; ${what}: run the command again, which waits for any other migration`);
}

async function revision(input: LimitedInput, { current }: TellingCare): Promise<string | undefined> {
  const found = revisionOf(await look(input, current));
  if (found === undefined || isRevision(found)) return found;
  throw new StepFailure(
    `migrations.current: expected a revision of letters, digits, "_", "." and "-", got "${found}"; name a command that prints it first, and several heads a line each`,
  );
}

async function pendingRevisions(
  input: LimitedInput,
  { pending, base }: MigrateCare,
  before: string | undefined,
): Promise<string[] | undefined> {
  const from = before ?? base;
  if (pending === undefined || from === undefined) return undefined;
  const answer = await input.machine.look({
    ...input,
    environment: withoutFiles(input.environment, input.files),
    command: commandFrom(pending, from),
  });
  if ("printed" in answer) return pendingOf(answer.printed);
  throw new StepFailure(
    `migrations.pending: the new image has to tell what it would run on a schema at ${from}, got ${answer.problem}; nothing was started`,
  );
}

/** Leaves out the variables that name the files of secrets. */
function withoutFiles(
  environment: CommandRun["environment"],
  files: CommandRun["files"],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !Object.hasOwn(files, name.replace(/_FILE$/, ""))),
  );
}

/** Runs a command that asks the database and changes nothing, and returns its standard output. */
function look(input: LimitedInput, command: readonly string[]): Promise<string> {
  const printed = async (ended: EndedRun): Promise<string> => {
    if (ended.exitCode === 0) return ended.output();
    const { problem, remedy, log } = await failureOf(ended, lookSeconds);
    throw new StepFailure(
      `migrations: "${command.join(" ")}" ${problem}, nothing was started; ${remedy}its last log lines:\n${log}`,
    );
  };
  return input.machine.once({ ...input, command }, lookSeconds, printed, input.lost);
}

await runStep(migrate);
