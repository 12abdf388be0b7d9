import type { TriedResult, TriedStatement } from "../../components/contract/measure-migrations.ts";
import { StepFailure } from "../step-failure.ts";
import { locksOf, rewritten, rounded, tablesOf, walPosition, watchedLocks, type Ask } from "./catalog.ts";
import { NotInTime, type SqlAnswer, type SqlSession } from "./psql-session.ts";

/** The time after the last statement's end for what is looked at beside them, in milliseconds. */
export const lastLook = 10_000;

/**
 * Runs the statements one after the other, as the migration would, and takes down what each did.
 *
 * A statement outside of a transaction gets one of its own, in which its locks can be looked at before they are gone; while
 * one that refuses that runs, `watcher` looks again and again. It ends with the first that fails, or is not done when the
 * seconds that all may take together are over.
 */
export async function measureStatements(
  session: SqlSession,
  watcher: SqlSession,
  statements: readonly TriedStatement[],
  timeoutSeconds: number,
): Promise<TriedResult[]> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const end = deadline + lastLook;
  const ask = async (sql: string): Promise<readonly string[]> => {
    const { lines, problem } = await session.run(sql, end);
    if (problem !== undefined) throw new StepFailure(`migrations: the scratch database says "${problem}"`);
    return lines;
  };
  const tables = await tablesOf(ask);
  const [pid = ""] = await ask("SELECT pg_backend_pid()");
  const look: Ask = async (sql) => (await watcher.run(sql, end)).lines;
  const results: TriedResult[] = [];
  let open: { locks: { relation: string; mode: string }[] } | undefined;
  for (const { sql, transaction } of statements) {
    const before = await walPosition(ask);
    const own = open === undefined && transaction === "none";
    if (own) await ask("BEGIN");
    const began = performance.now();
    const running = inTime(session.run(sql, deadline));
    const watched =
      transaction === "refuses" ? await watchedLocks(look, tables, `pid = ${pid}`, running) : undefined;
    const answer = await running;
    if (answer === undefined) {
      const seen = [...(await locksOf(look, tables, `pid = ${pid}`))];
      const milliseconds = rounded(performance.now() - began);
      results.push({
        ...{ milliseconds, rewrites: [], cancelledAfter: timeoutSeconds },
        locks: watched ?? seen.map(([relation, mode]) => ({ relation, mode, milliseconds })),
        walBytes: (await walPosition(look)) - before,
      });
      break;
    }
    const { milliseconds, rows, problem } = answer;
    if (transaction === "opens") open = { locks: [] };
    const inTransaction = problem === undefined && (own || (open !== undefined && transaction !== "closes"));
    const held = inTransaction ? [...(await locksOf(ask, tables))] : [];
    const news = held
      .map(([relation, mode]) => ({ relation, mode }))
      .filter(
        ({ relation, mode }) => !open?.locks.some((one) => one.relation === relation && one.mode === mode),
      );
    const locks = watched ?? news.map((one) => ({ ...one, milliseconds }));
    const ended = own && problem === undefined ? await session.run("COMMIT", end) : undefined;
    const failure = problem ?? ended?.problem;
    open?.locks.push(...news);
    results.push({
      milliseconds: rounded(milliseconds + (ended?.milliseconds ?? 0)),
      locks,
      rewrites: failure === undefined ? await rewritten(ask, tables, sql) : [],
      ...(rows > 0 && { rows }),
      walBytes: failure === undefined ? (await walPosition(ask)) - before : 0,
      ...(failure !== undefined && { problem: failure }),
    });
    if (transaction === "closes") open = undefined;
    if (failure !== undefined) break;
  }
  return withTimes(results, statements);
}

/** The answer to a statement; undefined where it did not end in time. */
function inTime(running: Promise<SqlAnswer>): Promise<SqlAnswer | undefined> {
  return running.catch((error: unknown) => {
    if (error instanceof NotInTime) return undefined;
    throw error;
  });
}

/** Gives each lock the time to the end of its transaction. */
function withTimes(results: readonly TriedResult[], statements: readonly TriedStatement[]): TriedResult[] {
  return results.map((result, index) => {
    const opens = statements.slice(0, index + 1).findLastIndex(({ transaction }) => transaction === "opens");
    const closed = statements.slice(0, index).findLastIndex(({ transaction }) => transaction === "closes");
    const inside = opens > closed;
    const closes = statements.findIndex(
      ({ transaction }, other) => other >= index && transaction === "closes",
    );
    const last = inside ? (closes === -1 ? results.length - 1 : closes) : index;
    const sum = results.slice(index, last + 1).reduce((all, { milliseconds }) => all + milliseconds, 0);
    const held = inside || statements[index]?.transaction !== "refuses";
    return held
      ? { ...result, locks: result.locks.map((lock) => ({ ...lock, milliseconds: rounded(sum) })) }
      : result;
  });
}
