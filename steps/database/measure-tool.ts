import type {
  MeasureMigrationsInput,
  TriedResult,
  TriedTool,
} from "../../components/contract/measure-migrations.ts";
import { until } from "../../components/input/until.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { lastLook } from "./measure-statements.ts";
import { rewritten, rounded, tablesOf, walPosition, watchedLocks, type Ask } from "./catalog.ts";
import type { SqlSession } from "./psql-session.ts";

/** The sessions of the tool: nobody else is in its database but this one, and the server's own workers. */
const ofOthers =
  "pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid())";

/** Runs the migrations' own tool beside the server, watches which locks others than this session hold, and takes down what it did. */
export async function measureTool(
  machine: Machine,
  watcher: SqlSession,
  tool: TriedTool,
  {
    labels,
    limits,
    timeoutSeconds,
    beside,
  }: Omit<MeasureMigrationsInput, "tool"> & { readonly beside: string },
): Promise<TriedResult> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const ask: Ask = async (sql) => {
    const { lines, problem } = await watcher.run(sql, deadline + lastLook);
    if (problem !== undefined) throw new StepFailure(`migrations: the scratch database says "${problem}"`);
    return lines;
  };
  const tables = await tablesOf(ask);
  const before = await walPosition(ask);
  const copy = { ...tool, beside, labels, limits, timeoutSeconds };
  const began = performance.now();
  return machine.scratch(copy, async (name) => {
    const ending = until(
      () => machine.state(name),
      ({ runs }) => !runs,
      { deadline, interval: 200 },
    );
    const locks = await watchedLocks(ask, tables, ofOthers, ending);
    const { runs, exitCode } = await ending;
    const milliseconds = rounded(performance.now() - began);
    const measured = {
      ...{ milliseconds, locks, rewrites: await rewritten(ask, tables) },
      walBytes: (await walPosition(ask)) - before,
    };
    if (runs) return { ...measured, cancelledAfter: timeoutSeconds };
    if (exitCode === 0) return measured;
    return {
      ...measured,
      problem: `exit code ${exitCode}; its last log lines:\n${await machine.log(name, 10)}`,
    };
  });
}
