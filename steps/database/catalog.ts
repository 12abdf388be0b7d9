/** A table as the catalog has it. */
export interface Table {
  readonly name: string;
  /** The file that holds its rows; another one after it was written anew. */
  readonly file: string;
}

/** Asks the server, and returns the lines that it answers. */
export type Ask = (sql: string) => Promise<readonly string[]>;

/** A table's name, without the schema `public`. */
const nameOfTable = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END";

const ofUsers = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

/** The tables and materialized views that are there, by their numbers. */
export async function tablesOf(ask: Ask): Promise<Map<string, Table>> {
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

/** The modes in which the session, or whoever `whose` says, holds tables that were there before, by their names then: the strongest of each. */
export async function locksOf(
  ask: Ask,
  tables: ReadonlyMap<string, Table>,
  whose = "pid = pg_backend_pid()",
): Promise<Map<string, string>> {
  const strength = modes.map((mode, index) => `WHEN '${mode.stored}' THEN ${index}`).join(" ");
  const lines = await ask(
    `SELECT relation || ' ' || max(CASE mode ${strength} END) FROM pg_locks WHERE ${whose} AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND mode <> 'AccessShareLock' GROUP BY relation`,
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

/** Looks again and again, while something runs, which locks are held and for how long, as far as a look sees them. */
export async function watchedLocks(
  ask: Ask,
  tables: ReadonlyMap<string, Table>,
  whose: string,
  running: Promise<unknown>,
): Promise<WatchedLock[]> {
  const state = { runs: true };
  const end = (): void => void (state.runs = false);
  running.then(end, end);
  const seen = new Map<string, { mode: string; from: number; to: number }>();
  while (state.runs) {
    const began = performance.now();
    for (const [relation, mode] of await locksOf(ask, tables, whose)) {
      const { mode: before = mode, from = began } = seen.get(relation) ?? {};
      const strongest = modeNames.indexOf(mode) > modeNames.indexOf(before) ? mode : before;
      seen.set(relation, { mode: strongest, from, to: performance.now() });
    }
  }
  return [...seen].map(([relation, { mode, from, to }]) => ({
    relation,
    mode,
    milliseconds: rounded(to - from),
  }));
}

/** A lock that was seen, and for how long. */
export interface WatchedLock {
  readonly relation: string;
  readonly mode: string;
  readonly milliseconds: number;
}

const modeNames: readonly string[] = modes.map(({ name }) => name);

/** The tables that have another file than before; a TRUNCATE gives them an empty one, which writes nothing. */
export async function rewritten(ask: Ask, tables: Map<string, Table>, sql = ""): Promise<string[]> {
  const now = await tablesOf(ask);
  const changed = [...tables].filter(
    ([oid, { file }]) => now.get(oid) !== undefined && now.get(oid)?.file !== file,
  );
  for (const [oid, table] of changed) tables.set(oid, { ...table, file: now.get(oid)?.file ?? "" });
  return /^\s*truncate\b/i.test(sql) ? [] : changed.map(([, { name }]) => name);
}

/** The number of bytes that the server has written ahead so far. */
export async function walPosition(ask: Ask): Promise<number> {
  const [line] = await ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");
  return Number(line);
}

/** Milliseconds to a tenth. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
