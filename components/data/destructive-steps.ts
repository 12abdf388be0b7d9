import type { Node, ParseResult } from "libpg-query";
import { alterations, definitionsOf, nameOf, type Known } from "./alterations.ts";

/** A statement of a migration that loses data, or takes away what the release that runs may use. */
export interface DestructiveStep {
  /** The statement, on one line, without comments. */
  readonly statement: string;
  /** What it does: `drops the column "body"`. */
  readonly reason: string;
}

/** What can be dropped without a loss: it holds no data, and nothing that runs names it. */
const harmlessDrops = ["INDEX", "STATISTIC_EXT", "TRIGGER", "RULE", "POLICY", "EVENT_TRIGGER", "PUBLICATION"];

/** What can be renamed although a release runs: nothing that runs names it. */
const harmlessRenames = [...harmlessDrops, "TABCONSTRAINT", "DOMCONSTRAINT", "ROLE"];

/**
 * The steps of a migration that destroy something: drop, rename, change of type, `NOT NULL` without a default, delete.
 *
 * What the same SQL has made before is its own to drop. SQL that PostgreSQL's parser refuses is one such step as a whole,
 * because nothing is known of it.
 */
export async function destructiveSteps(sql: string): Promise<DestructiveStep[]> {
  if (sql.trim() === "") return [];
  // The parser is a megabyte of WebAssembly, and most deployments have no SQL to read.
  const { parse } = await import("libpg-query");
  let parsed: ParseResult;
  try {
    parsed = await parse(sql);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [{ statement: "the whole SQL", reason: `is not SQL that can be judged: ${error.message}` }];
  }
  const bytes = Buffer.from(sql);
  const known: Known = { tables: new Set(), columns: new Set(), defaults: new Set() };
  return (parsed.stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    if (stmt === undefined) return [];
    const end = length === undefined || length === 0 ? bytes.length : start + length;
    const statement = oneLine(bytes.subarray(start, end).toString());
    const found = reasons(stmt, known).map((reason) => ({ statement, reason }));
    remember(stmt, known);
    return found;
  });
}

function reasons(stmt: Node, known: Known): string[] {
  if ("AlterTableStmt" in stmt) return alterations(stmt.AlterTableStmt, known);
  if ("DropStmt" in stmt) {
    const { removeType = "OBJECT_TABLE", objects = [] } = stmt.DropStmt;
    const kind = removeType.replace("OBJECT_", "");
    if (harmlessDrops.includes(kind)) return [];
    return objects
      .map(wordsOf)
      .filter((name) => !known.tables.has(name))
      .map((name) => `drops the ${kindWords(kind)} "${name}"`);
  }
  if ("RenameStmt" in stmt) {
    const { renameType = "OBJECT_TABLE", relation, subname, object } = stmt.RenameStmt;
    const kind = renameType.replace("OBJECT_", "");
    if (harmlessRenames.includes(kind)) return [];
    if (relation !== undefined && known.tables.has(nameOf(relation))) return [];
    const name = subname ?? (relation === undefined ? wordsOf(object) : nameOf(relation));
    return [`renames the ${kindWords(kind)} "${name}"`];
  }
  if ("AlterObjectSchemaStmt" in stmt) {
    const { relation, object, objectType = "OBJECT_TABLE" } = stmt.AlterObjectSchemaStmt;
    const name = relation === undefined ? wordsOf(object) : nameOf(relation);
    if (known.tables.has(name)) return [];
    return [`moves the ${kindWords(objectType.replace("OBJECT_", ""))} "${name}" to another schema`];
  }
  if ("AlterEnumStmt" in stmt) {
    const { oldVal } = stmt.AlterEnumStmt;
    return oldVal === undefined || oldVal === "" ? [] : [`renames the value "${oldVal}"`];
  }
  if ("AlterDomainStmt" in stmt) {
    const { subtype, typeName = [] } = stmt.AlterDomainStmt;
    const domain = typeName.map(wordsOf).join(".");
    // The parser gives PostgreSQL's own letters for these.
    if (subtype === "O") return [`makes the domain "${domain}" NOT NULL`];
    return subtype === "X" ? [`drops a constraint of the domain "${domain}"`] : [];
  }
  if ("TruncateStmt" in stmt) {
    return (stmt.TruncateStmt.relations ?? [])
      .map(wordsOf)
      .filter((name) => !known.tables.has(name))
      .map((name) => `empties the table "${name}"`);
  }
  if ("DropOwnedStmt" in stmt) return ["drops everything that a role owns"];
  if ("DropdbStmt" in stmt) return [`drops the database "${stmt.DropdbStmt.dbname ?? ""}"`];
  if ("DropRoleStmt" in stmt) return ["drops a role"];
  if ("DropTableSpaceStmt" in stmt) return ["drops a tablespace"];
  if ("DoStmt" in stmt) return ["runs a block of code, whose effect cannot be read from the SQL"];
  if ("CallStmt" in stmt) return ["calls a procedure, whose effect cannot be read from the SQL"];
  return changesRows(stmt) ? deletions(stmt, known) : [];
}

/** Statements that may hold others which delete; functions and rules only describe what they will do. */
function changesRows(stmt: Node): boolean {
  return ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt"].some(
    (kind) => kind in stmt,
  );
}

/** The deletions in a statement, at any depth. */
function deletions(node: unknown, known: Known): string[] {
  if (typeof node !== "object" || node === null) return [];
  const inner = Object.values(node).flatMap((value) => deletions(value, known));
  const found = node as Node;
  if ("DeleteStmt" in found) {
    const { relation } = found.DeleteStmt;
    const table = relation === undefined ? "" : nameOf(relation);
    return known.tables.has(table) ? inner : [`deletes rows of "${table}"`, ...inner];
  }
  if ("MergeWhenClause" in found && found.MergeWhenClause.commandType === "CMD_DELETE") {
    return ["deletes rows in a merge", ...inner];
  }
  return inner;
}

/** Keeps in mind what the statement has made. */
function remember(stmt: Node, known: Known): void {
  if ("CreateStmt" in stmt) {
    const { relation, if_not_exists: perhaps = false } = stmt.CreateStmt;
    if (relation !== undefined && !perhaps) known.tables.add(nameOf(relation));
  }
  if ("CreateTableAsStmt" in stmt) {
    const { into, if_not_exists: perhaps = false } = stmt.CreateTableAsStmt;
    if (into?.rel !== undefined && !perhaps) known.tables.add(nameOf(into.rel));
  }
  if ("RenameStmt" in stmt) {
    const { relation, renameType, newname = "" } = stmt.RenameStmt;
    if (relation !== undefined && renameType === "OBJECT_TABLE" && known.tables.delete(nameOf(relation))) {
      known.tables.add(nameOf({ ...relation, relname: newname }));
    }
  }
  if ("AlterTableStmt" in stmt) {
    const { columns, defaults } = definitionsOf(stmt.AlterTableStmt);
    for (const column of columns) known.columns.add(column);
    for (const column of defaults) known.defaults.add(column);
  }
}

/** A name as SQL writes it, of the several forms that the parser gives names. */
function wordsOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if ("String" in node) return node.String.sval ?? "";
  if ("List" in node) return (node.List.items ?? []).map(wordsOf).join(".");
  if ("TypeName" in node) return (node.TypeName.names ?? []).map(wordsOf).join(".");
  if ("RangeVar" in node) return nameOf(node.RangeVar);
  if ("ObjectWithArgs" in node) return (node.ObjectWithArgs.objname ?? []).map(wordsOf).join(".");
  return "";
}

function kindWords(kind: string): string {
  const words: Partial<Record<string, string>> = { MATVIEW: "materialized view", ATTRIBUTE: "column" };
  return words[kind] ?? kind.toLowerCase().replaceAll("_", " ");
}

/** The statement for people: a comment before it says more of the migration's file than of the statement. */
function oneLine(text: string): string {
  return text
    .replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, "")
    .replace(/\s+/g, " ")
    .trim();
}
