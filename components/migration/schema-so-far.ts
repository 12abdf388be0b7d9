import type { AlterTableStmt, ColumnDef, CreateFunctionStmt, Node, TypeName } from "libpg-query";
import { columnOf, commandsOf, hasDefault } from "./column-definitions.ts";
import { nameOf, partsOf, wordsOf, wordsOfAll } from "./sql-statements.ts";

/** The schema, as far as the SQL before a statement tells it. Columns are `table.column`. */
export class SchemaSoFar {
  /** The objects that this migration has made, which are its own to change: `table notes`, `index words_key`. */
  readonly made = new Set<string>();
  /** The columns that this migration has added. */
  readonly columns = new Set<string>();
  /** The columns that it has given a default. */
  readonly defaults = new Set<string>();
  /** The types of columns, those of earlier migrations included. */
  readonly types = new Map<string, TypeName>();
  /** The unique indexes, those of earlier migrations included. */
  readonly uniqueIndexes = new Set<string>();
  /** The effects of functions that matter: `which deletes or drops something`; empty for those that delete nothing. */
  readonly functions = new Map<string, string>();

  /** Tells whether this migration has made the object of that kind and name. */
  has(kind: string, name: string): boolean {
    return this.made.has(`${kind} ${name}`);
  }

  /** Takes what is there as made by earlier migrations: it is known, and no longer this one's own. */
  forgetMakers(): void {
    for (const set of [this.made, this.columns, this.defaults]) set.clear();
  }

  /** Keeps in mind what a statement makes, changes and drops. */
  remember(node: Node): void {
    for (const [kind, name] of madeBy(node)) this.made.add(`${kind} ${name}`);
    if ("CreateStmt" in node) {
      const { relation, tableElts = [] } = node.CreateStmt;
      const columns = tableElts.flatMap((part) => ("ColumnDef" in part ? [part.ColumnDef] : []));
      for (const column of columns) this.setType(relation && nameOf(relation), column.colname, column);
    }
    if ("IndexStmt" in node) {
      const { idxname = "", unique = false } = node.IndexStmt;
      if (unique) this.uniqueIndexes.add(idxname);
    }
    if ("CreateFunctionStmt" in node) {
      this.functions.set(wordsOfAll(node.CreateFunctionStmt.funcname), effectOf(node.CreateFunctionStmt));
    }
    if ("AlterTableStmt" in node) this.rememberAlterations(node.AlterTableStmt);
    if ("DropStmt" in node) {
      const { removeType = "", objects = [] } = node.DropStmt;
      for (const object of objects) this.made.delete(`${kindOf(removeType)} ${wordsOf(object)}`);
    }
    if ("RenameStmt" in node) this.rememberName(node.RenameStmt);
  }

  private rememberAlterations({ relation, cmds }: AlterTableStmt): void {
    const table = relation && nameOf(relation);
    for (const command of commandsOf(cmds)) {
      const { subtype, name = "", def, missing_ok: perhaps = false } = command;
      const column = columnOf(command);
      if (subtype === "AT_AddColumn" && column !== undefined) {
        const added = `${table ?? ""}.${column.colname ?? ""}`;
        this.setType(table, column.colname, column);
        if (!perhaps) this.columns.add(added);
        if (hasDefault(column)) this.defaults.add(added);
      }
      if (subtype === "AT_AlterColumnType") this.setType(table, name, column);
      if (subtype === "AT_ColumnDefault" && def !== undefined) this.defaults.add(`${table ?? ""}.${name}`);
      if (subtype === "AT_DropColumn") this.columns.delete(`${table ?? ""}.${name}`);
      if (subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def) {
        this.made.add(`constraint ${table ?? ""}.${def.Constraint.conname ?? ""}`);
      }
    }
  }

  private rememberName({
    relation,
    renameType = "OBJECT_TABLE",
    subname = "",
    newname = "",
  }: Extract<Node, { RenameStmt: unknown }>["RenameStmt"]): void {
    if (relation === undefined) return;
    const table = nameOf(relation);
    if (renameType === "OBJECT_COLUMN") {
      const type = this.types.get(`${table}.${subname}`);
      if (type !== undefined) this.types.set(`${table}.${newname}`, type);
      if (this.columns.delete(`${table}.${subname}`)) this.columns.add(`${table}.${newname}`);
      return;
    }
    const renamed = nameOf({ ...relation, relname: newname });
    const kind = kindOf(renameType);
    if (this.made.delete(`${kind} ${table}`)) this.made.add(`${kind} ${renamed}`);
  }

  private setType(table = "", column = "", { typeName }: Partial<ColumnDef> = {}): void {
    if (typeName !== undefined) this.types.set(`${table}.${column}`, typeName);
  }
}

/** A kind of thing in words: `materialized view`. */
export function kindOf(objectType: string): string {
  const words: Partial<Record<string, string>> = { MATVIEW: "materialized view", ATTRIBUTE: "column" };
  const kind = objectType.replace("OBJECT_", "");
  return words[kind] ?? kind.toLowerCase().replaceAll("_", " ");
}

/** Returns the objects that a statement makes for certain: not those that it makes only where there is none. */
function madeBy(node: Node): [kind: string, name: string][] {
  if ("CreateStmt" in node) {
    const { relation, if_not_exists: perhaps = false } = node.CreateStmt;
    return relation === undefined || perhaps ? [] : [["table", nameOf(relation)]];
  }
  if ("CreateTableAsStmt" in node) {
    const { into, objtype = "OBJECT_TABLE", if_not_exists: perhaps = false } = node.CreateTableAsStmt;
    return into?.rel === undefined || perhaps ? [] : [[kindOf(objtype), nameOf(into.rel)]];
  }
  if ("SelectStmt" in node) {
    const table = node.SelectStmt.intoClause?.rel;
    return table === undefined ? [] : [["table", nameOf(table)]];
  }
  if ("ViewStmt" in node) {
    const { view, replace = false } = node.ViewStmt;
    return view === undefined || replace ? [] : [["view", nameOf(view)]];
  }
  if ("CreateSeqStmt" in node) {
    const { sequence, if_not_exists: perhaps = false } = node.CreateSeqStmt;
    return sequence === undefined || perhaps ? [] : [["sequence", nameOf(sequence)]];
  }
  if ("IndexStmt" in node) {
    const { idxname = "", if_not_exists: perhaps = false } = node.IndexStmt;
    return perhaps ? [] : [["index", idxname]];
  }
  if ("CreateFunctionStmt" in node) {
    const { funcname, is_procedure: procedure = false, replace = false } = node.CreateFunctionStmt;
    return replace ? [] : [[procedure ? "procedure" : "function", wordsOfAll(funcname)]];
  }
  if ("CreateSchemaStmt" in node) {
    const { schemaname = "", if_not_exists: perhaps = false } = node.CreateSchemaStmt;
    return perhaps ? [] : [["schema", schemaname]];
  }
  if ("CreatePolicyStmt" in node) {
    const { table, policy_name: policy = "" } = node.CreatePolicyStmt;
    return table === undefined ? [] : [["policy", `${nameOf(table)}.${policy}`]];
  }
  if ("CreateEnumStmt" in node) return [["type", wordsOfAll(node.CreateEnumStmt.typeName)]];
  if ("CreateRangeStmt" in node) return [["type", wordsOfAll(node.CreateRangeStmt.typeName)]];
  if ("CreateDomainStmt" in node) return [["domain", wordsOfAll(node.CreateDomainStmt.domainname)]];
  if ("CompositeTypeStmt" in node) {
    const { typevar } = node.CompositeTypeStmt;
    return typevar === undefined ? [] : [["type", nameOf(typevar)]];
  }
  return [];
}

/** Returns the effect of calling a function that a reader of the migration has to know. */
function effectOf({ options = [], sql_body: body }: CreateFunctionStmt): string {
  const option = (name: string): Node | undefined =>
    options.flatMap((one) => ("DefElem" in one && one.DefElem.defname === name ? [one.DefElem.arg] : []))[0];
  const language = wordsOf(option("language")).toLowerCase();
  if (body === undefined && language !== "sql" && language !== "plpgsql") {
    return "whose effect cannot be read from the SQL";
  }
  const text = wordsOf(option("as")).replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  const deletes =
    /\b(?:delete\s+from|truncate|drop\s+\w+|execute|then\s+delete)\b/i.test(text) ||
    partsOf("DeleteStmt", body).length > 0;
  return deletes ? "which deletes or drops something" : "";
}
