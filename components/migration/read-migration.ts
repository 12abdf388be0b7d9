import { reasonsOf } from "./destructive-steps.ts";
import type { Hazard } from "./hazards.ts";
import { readLocks, type LockContext } from "./locks.ts";
import type { Finding, StatementFacts } from "./migration-facts.ts";
import { partsOf, statementsOf, nameOf, type Statement } from "./sql-statements.ts";

/** The SQL of pending migrations, and what is known of the database that they go to. */
export interface MigrationSql extends LockContext {
  readonly sql: string;
  /** The SQL of all migrations from the first to these; left out, it is not known what earlier ones made. */
  readonly history?: string;
}

/** Reads from the SQL of pending migrations what each statement locks, loses and breaks; a text where it cannot be read. */
export async function readMigration({
  sql,
  history = "",
  ...context
}: MigrationSql): Promise<readonly StatementFacts[] | string> {
  const statements = await statementsOf(sql);
  if (typeof statements === "string") return statements;
  const locks = await readLocks(statements, { ...context, schema: context.schema ?? history });
  const reasons = reasonsOf(statements, await statementsOf(history));
  const views = new Set(
    statements.flatMap(({ node }) =>
      "ViewStmt" in node && node.ViewStmt.view !== undefined ? [nameOf(node.ViewStmt.view)] : [],
    ),
  );
  return statements.map((statement, index) => {
    const read = locks[index] ?? { locks: [], findings: [] };
    const taken = (reasons[index] ?? [])
      .flatMap((reason) => lossOf(reason, statement))
      .map((one) => (one.hazard === "renamed" && views.has(one.relation ?? "") ? staysAsView(one) : one));
    return {
      statement: statement.text,
      locks: read.locks,
      findings: [...taken.filter((one) => !isToldBy(read.findings, one)), ...read.findings],
    };
  });
}

/** The kinds of reasons, as they begin; the first that fits counts. */
const kinds: readonly (readonly [RegExp, Finding["kind"], Hazard])[] = [
  [/cannot be read from the SQL/, "unknown", "unreadable"],
  [/^drops the column/, "data", "dropped-column"],
  [/^drops (?:the (?:table|schema|database|materialized view) |everything)/, "data", "data-loss"],
  [/^(?:empties|overwrites|deletes|lets .* be empty)/, "data", "data-loss"],
  [/which deletes or drops something/, "data", "data-loss"],
  [/^switches off/, "breaks", "triggers-off"],
  [/^renames the (?:table|column|view)/, "breaks", "renamed"],
  // The release that runs may live with these as well as not: it is tried on the new schema.
  [
    /^(?:adds (?:a|the) (?:constraint|unique index)|makes the column|changes the type|takes a partition)/,
    "note",
    "takes-away",
  ],
  [/^drops the (?:constraint|unique index)/, "note", "takes-away"],
];

function lossOf(reason: string, statement: Statement): Finding[] {
  const [, kind, hazard] = kinds.find(([begins]) => begins.test(reason)) ?? [
    undefined,
    "breaks",
    "takes-away",
  ];
  const relation = /\b(?:the table|of|in) "([^"]+)"/.exec(reason)?.[1] ?? relationOf(statement);
  const column = hazard === "dropped-column" ? /"([^"]+)"/.exec(reason)?.[1] : undefined;
  const fix = hazard === "unreadable" ? undefined : fixes[hazard];
  return [
    {
      ...{ hazard, kind, words: reason },
      ...(relation !== undefined && { relation }),
      ...(column !== undefined && { column }),
      ...(fix !== undefined && { fix }),
    },
  ];
}

const fixes: Readonly<Partial<Record<Hazard, string>>> = {
  "dropped-column": "drop it in the release after the one that no longer uses it",
  renamed: "add the new name beside the old one, and drop the old one in a later release",
};

/** A table under another name, in whose place the same migration puts a view. */
function staysAsView({ hazard, relation = "", words }: Finding): Finding {
  return { hazard, kind: "note", relation, words: `${words}, and puts a view in its place` };
}

/** The table that a statement is about. */
function relationOf({ node }: Statement): string | undefined {
  const [table] = partsOf("RangeVar", node);
  const [body] = Object.values(node) as [{ relation?: Parameters<typeof nameOf>[0] }?];
  const named = body?.relation ?? table;
  return named === undefined ? undefined : nameOf(named);
}

/** Tells whether a reading of locks has said the same in more words. */
function isToldBy(findings: readonly Finding[], { hazard }: Finding): boolean {
  return hazard === "triggers-off" && findings.some((one) => one.hazard === hazard);
}
