import type { ColumnDef, Constraint } from "libpg-query";
import { columnOf, constraintsOf, hasDefault, isNull } from "./column-definitions.ts";
import { brief, type Alteration, type Effects, type Taken } from "./effects.ts";
import type { Finding } from "./migration-facts.ts";
import { nameOf, partsOf, wordsOfAll } from "./sql-statements.ts";
import { wordOf } from "./type-changes.ts";
import type { KnownSchema } from "./known-schema.ts";

/** The effects of ADD COLUMN: a constant is kept in the catalog, everything else is written into every row. */
export function addedColumn({ table, command, known }: Alteration): Effects {
  const column = columnOf(command);
  if (column === undefined) return { locks: [brief(table, "ACCESS EXCLUSIVE")] };
  const constraints = constraintsOf(column);
  const has = (contype: Constraint["contype"]): boolean => constraints.some((one) => one.contype === contype);
  const name = column.colname ?? "";
  const work = (one: Omit<Taken, "relation" | "mode">): Taken => ({
    ...{ relation: table, mode: "ACCESS EXCLUSIVE", ...one },
  });
  const stored = constraints.some(
    ({ contype, generated_kind: kind }) => contype === "CONSTR_GENERATED" && kind !== "v",
  );
  const because = rewriteCause(column, constraints, known);
  const filled = constraints.some(
    ({ contype, raw_expr: value }) => contype === "CONSTR_DEFAULT" && !isNull(value),
  );
  const parents = constraints.flatMap(({ pktable }) => (pktable === undefined ? [] : [nameOf(pktable)]));
  const locks: Taken[] = [
    ...(stored
      ? [
          work({
            ...{ work: "writes every row", hazard: "stored-column" },
            cause: `the values of "${name}" are computed and stored`,
            fix: "add a plain column, fill it in batches, and keep it current by a trigger or the application",
          }),
        ]
      : because === undefined
        ? []
        : [
            work({
              ...{ work: "writes every row", hazard: "rewriting-column" },
              cause: because,
              fix: "add the column without it, SET DEFAULT for new rows, and fill those that are there in batches",
            }),
          ]),
    ...(has("CONSTR_UNIQUE") || has("CONSTR_PRIMARY")
      ? [
          work({
            ...{ work: "builds an index", hazard: "unique-constraint" },
            cause: `"${name}" is to be unique`,
            fix: "add the column, CREATE UNIQUE INDEX CONCURRENTLY, and ADD CONSTRAINT … USING INDEX",
          }),
        ]
      : []),
    ...(has("CONSTR_CHECK")
      ? [
          work({
            ...{ work: "reads every row", hazard: "check-constraint" },
            cause: `the CHECK of "${name}" is tried on every row`,
            fix: "add the column, ADD CONSTRAINT … CHECK … NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own",
          }),
        ]
      : []),
    // A foreign key of a column that is NULL everywhere is not looked at.
    ...(parents.length > 0 && filled
      ? [
          work({
            ...{ work: "reads every row", hazard: "foreign-key" },
            cause: `every row is looked up in "${parents.join('", "')}"`,
            fix: "add the column, ADD FOREIGN KEY … NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own",
          }),
        ]
      : []),
  ];
  return {
    locks: [
      ...(locks.length > 0 ? locks : [brief(table, "ACCESS EXCLUSIVE")]),
      ...parents.map((parent) => brief(parent, "SHARE ROW EXCLUSIVE")),
    ],
    findings: without(column, table, known),
  };
}

/** Returns the reason for which all rows are written anew; undefined where they stay as they are. */
function rewriteCause(
  column: ColumnDef,
  constraints: readonly Constraint[],
  known: KnownSchema,
): string | undefined {
  const type = column.typeName === undefined ? "" : wordOf(column.typeName);
  const name = column.colname ?? "";
  if (
    /^(?:big|small)?serial[248]?$/.test(type) ||
    constraints.some(({ contype }) => contype === "CONSTR_IDENTITY")
  ) {
    return `every row gets a number in "${name}"`;
  }
  if (known.isChecked(type)) return `the constraints of the domain "${type}" are tried on every row`;
  const called = constraints
    .filter(({ contype }) => contype === "CONSTR_DEFAULT")
    .flatMap((one) => partsOf("FuncCall", one.raw_expr))
    .map(({ funcname }) => wordsOfAll(funcname))
    .find((one) => known.isVolatile(one));
  return called === undefined ? undefined : `the default of "${name}", ${called}(), differs from row to row`;
}

/** A column that has to have a value, and gets none. */
function without(column: ColumnDef, table: string, known: KnownSchema): Finding[] {
  const demanded = constraintsOf(column).some(
    ({ contype }) => contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY",
  );
  if (!demanded || hasDefault(column) || known.isFresh(table)) return [];
  return [
    {
      ...{ hazard: "missing-values", kind: "fails", relation: table },
      words: `fails when "${table}" holds a row: "${column.colname ?? ""}" is NOT NULL and has no default`,
      fix: "give it a default, or add it without NOT NULL and fill it first",
    },
  ];
}
