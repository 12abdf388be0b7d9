import type { AlterTableCmd, AlterTableStmt, Constraint, IndexStmt, Node } from "libpg-query";
import { columnOf, commandsOf, constraintsOf, hasDefault, widens } from "./column-definitions.ts";
import type { SchemaSoFar } from "./schema-so-far.ts";
import { nameOf, partsOf, wordsOf } from "./sql-statements.ts";

/** One part of an ALTER TABLE on a table that was there before. */
interface Alteration {
  readonly table: string;
  /** The column or constraint. */
  readonly name: string;
  /** True when the same migration has added the column. */
  readonly own: boolean;
  readonly command: AlterTableCmd;
  readonly schema: SchemaSoFar;
  /** The columns that have a default once the whole statement is done. */
  readonly defaults: ReadonlySet<string>;
}

type Judgement = (alteration: Alteration) => string | undefined;

/** A judgement for each part of an ALTER TABLE that can take something away. */
const judgements: Readonly<Partial<Record<NonNullable<AlterTableCmd["subtype"]>, Judgement>>> = {
  AT_DropColumn: ({ own, name }) => (own ? undefined : `drops the column "${name}"`),
  AT_AlterColumnType: changedType,
  AT_SetNotNull: ({ name, ...rest }) => needed(name, rest),
  AT_AddColumn: addedWithoutValue,
  AT_DropIdentity: ({ own, name }) => (own ? undefined : `drops the identity of the column "${name}"`),
  AT_DropExpression: ({ own, name }) => (own ? undefined : `drops the expression of the column "${name}"`),
  AT_DropConstraint: ({ table, name, schema }) =>
    schema.has("constraint", `${table}.${name}`) ? undefined : `drops the constraint "${name}"`,
  AT_AddConstraint: addedConstraint,
  AT_DetachPartition: ({ table }) => `takes a partition out of "${table}"`,
  AT_SetUnLogged: ({ table }) => `lets "${table}" be empty after a crash`,
  AT_DisableTrigAll: ({ table }) => `switches off the triggers of "${table}", and its foreign keys with them`,
  AT_EnableRowSecurity: ({ table }) => `hides rows of "${table}" that no policy shows`,
  AT_ForceRowSecurity: ({ table }) => `hides rows of "${table}" that no policy shows`,
};

/** Returns what an ALTER TABLE destroys: `drops the column "body"`. Nothing on a table that the same SQL has made. */
export function alterations({ relation, cmds }: AlterTableStmt, schema: SchemaSoFar): string[] {
  const table = relation === undefined ? "" : nameOf(relation);
  if (schema.has("table", table)) return [];
  const commands = commandsOf(cmds);
  const given = commands.flatMap(({ subtype, name = "", def }) =>
    subtype === "AT_ColumnDefault" && def !== undefined ? [`${table}.${name}`] : [],
  );
  const defaults = new Set([...schema.defaults, ...given]);
  return commands.flatMap((command) => {
    const { subtype, name = "" } = command;
    const own = schema.columns.has(`${table}.${name}`);
    const judge = subtype && judgements[subtype];
    return judge?.({ table, name, own, command, schema, defaults }) ?? [];
  });
}

/** Returns what a new index refuses that was allowed. */
export function newIndex(
  { idxname = "", relation, indexParams = [], unique }: IndexStmt,
  schema: SchemaSoFar,
): string[] {
  const table = relation === undefined ? "" : nameOf(relation);
  if (unique !== true || schema.has("table", table)) return [];
  const columns = indexParams.flatMap((part) => [
    ...partsOf("IndexElem", part).flatMap(({ name }) => name ?? []),
    ...columnsIn(part),
  ]);
  return ownAll(table, columns, schema) ? [] : [`adds the unique index "${idxname}", ${refusing}`];
}

const refusing = "which refuses what was allowed";

function changedType({ table, name, own, command, schema }: Alteration): string | undefined {
  const column = columnOf(command);
  const before = schema.types.get(`${table}.${name}`);
  const after = column?.typeName;
  const converts = column?.raw_default !== undefined;
  const wider = before !== undefined && after !== undefined && !converts && widens(before, after);
  return own || wider ? undefined : `changes the type of the column "${name}"`;
}

function needed(
  column: string,
  { table, schema, defaults }: Pick<Alteration, "table" | "schema" | "defaults">,
): string | undefined {
  const given = schema.columns.has(`${table}.${column}`) || defaults.has(`${table}.${column}`);
  return given ? undefined : `makes the column "${column}" NOT NULL without giving it a default`;
}

function addedWithoutValue({ command }: Alteration): string | undefined {
  const column = columnOf(command);
  if (column === undefined || hasDefault(column)) return undefined;
  const demanded = constraintsOf(column).some(
    ({ contype }) => contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY",
  );
  return demanded ? `adds the column "${column.colname ?? ""}" NOT NULL without a default` : undefined;
}

function addedConstraint({ command: { def }, ...rest }: Alteration): string | undefined {
  if (def === undefined || !("Constraint" in def)) return undefined;
  const { Constraint: constraint } = def;
  const columns = constrained(constraint);
  // `ADD CONSTRAINT … NOT NULL column`, of PostgreSQL 18.
  if (constraint.contype === "CONSTR_NOTNULL") return needed(columns[0] ?? "", rest);
  // Its index refuses already.
  if (constraint.contype === "CONSTR_UNIQUE" && constraint.indexname !== undefined) return undefined;
  if (ownAll(rest.table, columns, rest.schema)) return undefined;
  const { conname } = constraint;
  const which = conname === undefined ? "a constraint" : `the constraint "${conname}"`;
  return `adds ${which}, ${refusing}`;
}

function constrained({
  keys = [],
  fk_attrs: references = [],
  exclusions = [],
  raw_expr: condition,
}: Constraint): string[] {
  return [...[...keys, ...references].map(wordsOf), ...columnsIn(condition), ...columnsIn(exclusions)];
}

function columnsIn(node: Node | readonly Node[] | undefined): string[] {
  return partsOf("ColumnRef", node).map(({ fields = [] }) => wordsOf(fields.at(-1)));
}

/** Tells whether the same migration has added all the columns: nothing that runs knows them. */
function ownAll(table: string, columns: readonly string[], schema: SchemaSoFar): boolean {
  return columns.length > 0 && columns.every((column) => schema.columns.has(`${table}.${column}`));
}
