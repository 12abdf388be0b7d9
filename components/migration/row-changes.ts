import type { ExplainStmt, Node, SelectStmt, UpdateStmt } from "libpg-query";
import { isNull } from "./column-definitions.ts";
import type { SchemaSoFar } from "./schema-so-far.ts";
import { nameOf, partsOf, wordsOf, wordsOfAll } from "./sql-statements.ts";

/** The tables in which tools for migrations keep their own account of what has run, which they rewrite as they like. */
export const accountTables: readonly string[] = [
  "alembic_version",
  "schema_migrations",
  "django_migrations",
  "flyway_schema_history",
  "databasechangelog",
  "databasechangeloglock",
  "goose_db_version",
  "knex_migrations",
  "knex_migrations_lock",
  "_prisma_migrations",
  "__drizzle_migrations",
  "SequelizeMeta",
];

/** Tells whether the table is a migration tool's own, in whatever schema. */
export function isAccount(table: string): boolean {
  return accountTables.includes(table.split(".").at(-1) ?? "");
}

/** The rows that a statement deletes, and the values that it overwrites, at any depth. */
export function rowChanges(statement: unknown, schema: SchemaSoFar): string[] {
  const used = (table: string): boolean => !schema.has("table", table) && !isAccount(table);
  const deleted = partsOf("DeleteStmt", statement)
    .map(({ relation }) => (relation === undefined ? "" : nameOf(relation)))
    .filter(used)
    .map((table) => `deletes rows of "${table}"`);
  const merged = partsOf("MergeWhenClause", statement)
    .filter(({ commandType }) => commandType === "CMD_DELETE")
    .map(() => "deletes rows in a merge");
  const updated = partsOf("UpdateStmt", statement)
    .filter(({ relation }) => relation !== undefined && used(nameOf(relation)))
    .flatMap((update) => overwritten(update, schema));
  const called = partsOf("FuncCall", statement).flatMap(({ funcname }) => {
    const name = wordsOfAll(funcname);
    const effect = schema.functions.get(name) ?? "";
    return effect === "" ? [] : [`calls the function "${name}", ${effect}`];
  });
  return [...deleted, ...merged, ...updated, ...called];
}

/** A query: as `rowChanges`, and what it calls for its effect alone. */
export function queried(select: SelectStmt, schema: SchemaSoFar): string[] {
  const changes = rowChanges({ SelectStmt: select }, schema);
  if (changes.length > 0 || (select.fromClause ?? []).length > 0) return changes;
  return (select.targetList ?? [])
    .flatMap((target) => ("ResTarget" in target ? [target.ResTarget.val] : []))
    .flatMap((value) => (value !== undefined && "FuncCall" in value ? [value.FuncCall] : []))
    .map(({ funcname }) => wordsOfAll(funcname))
    .filter((name) => !isBuiltIn(name) && !schema.functions.has(name))
    .map((name) => `calls the function "${name}", whose effect cannot be read from the SQL`);
}

/** Returns the changes that an EXPLAIN makes: none, unless it runs the statement. */
export function explained({ query, options = [] }: ExplainStmt, schema: SchemaSoFar): string[] {
  const runs = options.some((option) => {
    if (!("DefElem" in option) || option.DefElem.defname !== "analyze") return false;
    const { arg } = option.DefElem;
    if (arg === undefined) return true;
    return "Integer" in arg ? (arg.Integer.ival ?? 0) !== 0 : !["false", "off", "0"].includes(wordsOf(arg));
  });
  return runs ? rowChanges(query, schema) : [];
}

function overwritten(
  { relation, targetList = [], whereClause: where }: UpdateStmt,
  schema: SchemaSoFar,
): string[] {
  const table = relation === undefined ? "" : nameOf(relation);
  return targetList
    .flatMap((target) => ("ResTarget" in target ? [target.ResTarget] : []))
    .filter(({ name = "" }) => !schema.columns.has(`${table}.${name}`))
    .flatMap(({ name = "", val }) => {
      if (isNull(val)) return [`empties the column "${name}" of "${table}"`];
      return isAlways(where) ? [`overwrites the column "${name}" in every row of "${table}"`] : [];
    });
}

/** Tells whether a condition leaves nothing out: none, or one without a column. */
function isAlways(where: Node | undefined): boolean {
  if (where === undefined) return true;
  return ["ColumnRef", "SubLink", "FuncCall", "CurrentOfExpr"].every(
    (kind) => partsOf(kind as "ColumnRef", where).length === 0,
  );
}

/** Functions of PostgreSQL that migrations call, which delete nothing. */
function isBuiltIn(name: string): boolean {
  return /^(?:pg_catalog\.|pg_)|^(?:setval|nextval|currval|lastval|set_config|current_setting|now|version)$/.test(
    name,
  );
}
