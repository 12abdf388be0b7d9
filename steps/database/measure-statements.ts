import type { TriedResult, TriedStatement } from "../../components/contract/measure-migrations.ts";
import { StepFailure } from "../step-failure.ts";
import type { PsqlSession } from "./psql-session.ts";

/** A table as the catalog has it. */
interface Table {
  readonly name: string;
  /** The file that holds its rows; another one after it was written anew. */
  readonly file: string;
}

/** What is held while a transaction goes on. */
interface Held {
  readonly statement: number;
  readonly relation: string;
  readonly mode: string;
}

/**
 * Runs the statements one after the other, as the migration would, and takes down what each did.
 *
 * A statement outside of a transaction gets one of its own, in which its locks can be looked at before they are gone; while
 * one that refuses that runs, `watcher` looks again and again. It ends with the first that fails.
 */
export async function measureStatements(
  session: PsqlSession,
  watcher: PsqlSession,
  statements: readonly TriedStatement[],
  deadline: number,
): Promise<TriedResult[]> {
  const ask = async (sql: string): Promise<readonly string[]> => {
    const { lines, problem } = await session.run(sql, deadline);
    if (problem !== undefined) throw new StepFailure(`migrations: the scratch database says "${problem}"`);
    return lines;
  };
  const tables = await tablesOf(ask);
  const [pid = ""] = await ask("SELECT pg_backend_pid()");
  const watchedLocks = async (running: Promise<unknown>): Promise<Map<string, string>> => {
    const seen = new Map<string, string>();
    const state = { runs: true };
    const end = (): void => void (state.runs = false);
    running.then(end, end);
    const look: Ask = async (sql) => (await watcher.run(sql, deadline)).lines;
    while (state.runs) {
      for (const [relation, mode] of await locksOf(look, tables, pid)) {
        if (modeNames.indexOf(mode) > modeNames.indexOf(seen.get(relation) ?? "")) seen.set(relation, mode);
      }
    }
    return seen;
  };
  const results: TriedResult[] = [];
  let open: { locks: Held[] } | undefined;
  for (const [index, { sql, transaction }] of statements.entries()) {
    const before = await walPosition(ask);
    const own = open === undefined && transaction === "none";
    if (own) await ask("BEGIN");
    const running = session.run(sql, deadline);
    const watched = transaction === "refuses" ? await watchedLocks(running) : undefined;
    const { milliseconds, rows, problem } = await running;
    if (transaction === "opens") open = { locks: [] };
    const inTransaction = problem === undefined && (own || (open !== undefined && transaction !== "closes"));
    const held = watched ?? (inTransaction ? await locksOf(ask, tables) : new Map<string, string>());
    const news = [...held].filter(
      ([relation, mode]) => !open?.locks.some((one) => one.relation === relation && one.mode === mode),
    );
    const locks = news.map(([relation, mode]) => ({ relation, mode, milliseconds }));
    const ended = own && problem === undefined ? await session.run("COMMIT", deadline) : undefined;
    const failure = problem ?? ended?.problem;
    open?.locks.push(...news.map(([relation, mode]) => ({ statement: index, relation, mode })));
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
    return { ...result, locks: result.locks.map((lock) => ({ ...lock, milliseconds: rounded(sum) })) };
  });
}

type Ask = (sql: string) => Promise<readonly string[]>;

/** A table's name, without the schema `public`. */
const nameOfTable = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END";

const ofUsers = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

/** The tables and materialized views that are there, by their numbers. */
async function tablesOf(ask: Ask): Promise<Map<string, Table>> {
  const lines = await ask(
    `SELECT c.oid || ' ' || coalesce(pg_relation_filenode(c.oid), 0) || ' ' || ${nameOfTable} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND ${ofUsers}`,
  );
  return new Map(
    lines.map((line) => {
      const [oid = "", file = "", ...name] = line.split(" ");
      return [oid, { file, name: name.join(" ") }];
    }),
  );
}

/** The modes in which the session holds tables that were there before, by their names then: the strongest of each. */
async function locksOf(
  ask: Ask,
  tables: ReadonlyMap<string, Table>,
  pid = "pg_backend_pid()",
): Promise<Map<string, string>> {
  const strength = modes.map((mode, index) => `WHEN '${mode.stored}' THEN ${index}`).join(" ");
  const lines = await ask(
    `SELECT relation || ' ' || max(CASE mode ${strength} END) FROM pg_locks WHERE pid = ${pid} AND locktype = 'relation' AND granted AND mode <> 'AccessShareLock' GROUP BY relation`,
  );
  return new Map(
    lines.flatMap((line) => {
      const [oid = "", mode] = line.split(" ");
      const table = tables.get(oid);
      return table === undefined ? [] : [[table.name, modes[Number(mode)]?.name ?? ""] as const];
    }),
  );
}

/** The modes of locks, the weakest first, as the server stores them and as SQL says them. */
const modes = [
  { stored: "RowShareLock", name: "ROW SHARE" },
  { stored: "RowExclusiveLock", name: "ROW EXCLUSIVE" },
  { stored: "ShareUpdateExclusiveLock", name: "SHARE UPDATE EXCLUSIVE" },
  { stored: "ShareLock", name: "SHARE" },
  { stored: "ShareRowExclusiveLock", name: "SHARE ROW EXCLUSIVE" },
  { stored: "ExclusiveLock", name: "EXCLUSIVE" },
  { stored: "AccessExclusiveLock", name: "ACCESS EXCLUSIVE" },
] as const;

const modeNames: readonly string[] = modes.map(({ name }) => name);

/** The tables that have another file than before; a TRUNCATE gives them an empty one, which writes nothing. */
async function rewritten(ask: Ask, tables: Map<string, Table>, sql: string): Promise<string[]> {
  const now = await tablesOf(ask);
  const changed = [...tables].filter(
    ([oid, { file }]) => now.get(oid) !== undefined && now.get(oid)?.file !== file,
  );
  for (const [oid, table] of changed) tables.set(oid, { ...table, file: now.get(oid)?.file ?? "" });
  return /^\s*truncate\b/i.test(sql) ? [] : changed.map(([, { name }]) => name);
}

/** The number of bytes that the server has written ahead so far. */
async function walPosition(ask: Ask): Promise<number> {
  const [line] = await ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");
  return Number(line);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
