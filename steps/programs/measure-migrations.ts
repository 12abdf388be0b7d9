import type {
  MeasureMigrationsInput,
  MeasureMigrationsReceipt,
  TriedResult,
} from "../../components/contract/measure-migrations.ts";
import { measureStatements } from "../database/measure-statements.ts";
import { measureTool } from "../database/measure-tool.ts";
import { PsqlSession } from "../database/psql-session.ts";
import { NoClone, onClone } from "../database/trial-clone.ts";
import { onSchema, toolAt, type TrialDatabase } from "../database/trial-database.ts";
import { triedRelease } from "../database/tried-release.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep } from "../program.ts";

async function measure(input: MeasureMigrationsInput, machine: Machine): Promise<MeasureMigrationsReceipt> {
  const { template } = input;
  const tried = (database: TrialDatabase): Promise<MeasureMigrationsReceipt> =>
    tryOn(machine, input, database);
  if (template === undefined) return onSchema(machine, input, undefined, tried);
  try {
    return await onClone(machine, input, template, tried);
  } catch (error) {
    if (!(error instanceof NoClone)) throw error;
    return onSchema(machine, input, error.message, tried);
  }
}

async function tryOn(
  machine: Machine,
  input: MeasureMigrationsInput,
  database: TrialDatabase,
): Promise<MeasureMigrationsReceipt> {
  const { oldRelease, timeoutSeconds } = input;
  const { on } = database;
  waitingFor("the migrations are tried");
  const statements = await measured(machine, input, database);
  waitingFor(undefined);
  const { problem, cancelledAfter } = statements.at(-1) ?? {};
  if (on.kind === "template") checkRights(problem);
  if (oldRelease === undefined || problem !== undefined) return { statements, on };
  if (cancelledAfter !== undefined) {
    const words = `whether ${oldRelease.name} lives on the new schema is not known: the migrations are not done within ${timeoutSeconds} s`;
    return { statements, on, oldRelease: { words } };
  }
  return { statements, on, oldRelease: await triedRelease(machine, input, oldRelease, database) };
}

async function measured(
  machine: Machine,
  input: MeasureMigrationsInput,
  { container, role, database, address }: TrialDatabase,
): Promise<TriedResult[]> {
  const { statements, tool, timeoutSeconds } = input;
  const [session, watcher] = [1, 2].map(
    () => new PsqlSession(machine, { container, administrator: role }, database),
  ) as [PsqlSession, PsqlSession];
  try {
    if (tool !== undefined) {
      const beside = { ...input, beside: container };
      return [await measureTool(machine, watcher, toolAt(tool, address), beside)];
    }
    return await measureStatements(session, watcher, statements, timeoutSeconds);
  } finally {
    session.end();
    watcher.end();
  }
}

/**
 * Makes sure that it was not the clone's role which let something fail: that of the stack's own server may do everything.
 *
 * @throws NoClone
 */
function checkRights(problem: string | undefined): void {
  const [refusal] =
    /[^\n]*(?:permission denied|must be (?:superuser|owner)|only superusers?)[^\n]*/i.exec(problem ?? "") ??
    [];
  if (refusal !== undefined)
    throw new NoClone(`its role may not do all that migrations do, got "${refusal.trim()}"`);
}

await runStep(measure);
