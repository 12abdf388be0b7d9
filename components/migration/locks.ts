import type { Taken } from "./effects.ts";
import { KnownSchema } from "./known-schema.ts";
import { waitsFor } from "./lock-modes.ts";
import type { Finding, StatementLock } from "./migration-facts.ts";
import { statementsOf, type Statement } from "./sql-statements.ts";
import { effectsOf } from "./statement-locks.ts";
import { isSmall, sizeInWords, type TableSizes } from "./table-sizes.ts";
import { Transaction } from "./transaction.ts";

/** What a reading of locks has to know besides the SQL. */
export interface LockContext {
  /** The server's major version. */
  readonly version: number;
  /** The SQL that made what is there: a dump of the schema, or the migrations before these. */
  readonly schema?: string;
  /** The sizes of the tables that are there; left out, every table is taken for a large one. */
  readonly sizes?: TableSizes;
}

/** The locks of one statement, and what a reviewer has to know of them. */
export interface StatementLocks {
  readonly locks: readonly StatementLock[];
  readonly findings: readonly Finding[];
}

/**
 * Reads from SQL which locks its statements take, what is done under them, and who waits.
 *
 * Tables that the SQL makes itself are nobody else's, and those that are small are done in a moment: their locks are brief.
 */
export async function readLocks(
  statements: readonly Statement[],
  context: LockContext,
): Promise<StatementLocks[]> {
  const known = new KnownSchema();
  const before = await statementsOf(withoutCommands(context.schema ?? ""));
  for (const { node } of typeof before === "string" ? [] : before) known.remember(node);
  known.settle();
  const transaction = new Transaction();
  return statements.map((statement) => {
    const read = readOne(statement, { ...context, known, transaction });
    known.remember(statement.node);
    return read;
  });
}

interface Reading extends LockContext {
  readonly known: KnownSchema;
  readonly transaction: Transaction;
}

function readOne({ node, text }: Statement, reading: Reading): StatementLocks {
  const { known, version, transaction } = reading;
  transaction.follow(node, (kind, name) => known.objects.has(kind, name));
  const {
    locks: all,
    findings: special = [],
    outsideOfTransaction = false,
  } = effectsOf(node, { known, version });
  const locks = all.filter(({ relation }) => !known.isFresh(relation));
  const alarms = locks.flatMap((lock) => alarm(lock, reading));
  const heavy = locks.filter(({ relation, work }) => work !== "brief" && !isKnownSmall(relation, reading));
  const own = special.filter(({ relation }) => relation === undefined || !known.isFresh(relation));
  const findings = [
    ...own.filter((finding) => !isMoot(finding, reading)),
    ...alarms,
    ...transaction.refusals(node, outsideOfTransaction),
    ...transaction.heldMeanwhile(heavy),
    ...transaction.withoutLimit(locks),
  ];
  for (const lock of locks) transaction.hold(lock, text);
  return { locks: locks.map(({ relation, mode, work }) => ({ relation, mode, work })), findings };
}

/** Returns what is said of a lock under which others wait for long. */
function alarm({ relation, mode, work, hazard, cause, fix }: Taken, reading: Reading): Finding[] {
  if (hazard === undefined || work === "brief" || isKnownSmall(relation, reading)) return [];
  const size = reading.sizes?.get(relation);
  const waiting = waitsFor(mode);
  const under =
    waiting === undefined
      ? "others that change the same rows wait to the end of the transaction"
      : `${waiting} of it wait`;
  const words = `${wordsOfWork[work]} "${relation}" while ${under}${cause === undefined ? "" : `: ${cause}`}${size === undefined ? "" : ` (${sizeInWords(size)})`}`;
  return [{ hazard, kind: "lock", relation, mode, words, ...(fix !== undefined && { fix }) }];
}

const wordsOfWork: Readonly<Record<Exclude<StatementLock["work"], "brief">, string>> = {
  "reads every row": "reads every row of",
  "builds an index": "builds an index of",
  "writes every row": "writes all rows anew of",
  "changes rows": "changes rows, perhaps many, of",
};

/** Tells whether a finding depends on rows of a table that has none. */
function isMoot({ hazard, relation = "" }: Finding, { sizes }: Reading): boolean {
  return hazard === "missing-values" && sizes?.get(relation)?.rows === 0;
}

function isKnownSmall(relation: string, { sizes }: Reading): boolean {
  const size = sizes?.get(relation);
  return size !== undefined && isSmall(size);
}

/** Leaves out what only psql reads, which its dumps begin and end with. */
function withoutCommands(sql: string): string {
  return sql.replace(/^\\.*$/gm, "");
}
