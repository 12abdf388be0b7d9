import type { Node, ParseResult, RangeVar } from "libpg-query";

/** One statement of SQL. */
export interface Statement {
  /** On one line, without the comment before it. */
  readonly text: string;
  /** As it stands in the SQL. */
  readonly source: string;
  readonly node: Node;
}

/** The kinds of statements and of their parts, as the parser calls them. */
export type Kind = Node extends infer One ? (One extends Node ? keyof One : never) : never;

/** The parser's result for one kind. */
export type Body<K extends Kind> = Node extends infer One
  ? One extends Record<K, infer B>
    ? B
    : never
  : never;

/** The statements in their order; a text that says why the SQL cannot be read. */
export async function statementsOf(sql: string): Promise<Statement[] | string> {
  if (sql.trim() === "") return [];
  // The parser ends there, and would say nothing of what follows.
  if (sql.includes("\0")) return "it holds a NUL character";
  // The parser is a megabyte of WebAssembly, and most deployments have no SQL to read.
  const { parse } = await import("libpg-query");
  let parsed: ParseResult;
  try {
    parsed = await parse(sql);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
  const bytes = Buffer.from(sql);
  return (parsed.stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    if (stmt === undefined) return [];
    const end = length === undefined || length === 0 ? bytes.length : start + length;
    const source = bytes.subarray(start, end).toString();
    return [{ text: oneLine(source), source, node: stmt }];
  });
}

/** A table's name, with its schema where that is another one than `public`. */
export function nameOf({ schemaname = "", relname = "" }: RangeVar): string {
  return short(schemaname === "" ? relname : `${schemaname}.${relname}`);
}

/** A name as SQL writes it, of the several forms that the parser gives names. */
export function wordsOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if ("String" in node) return node.String.sval ?? "";
  if ("List" in node) return wordsOfAll(node.List.items);
  if ("TypeName" in node) return wordsOfAll(node.TypeName.names);
  if ("RangeVar" in node) return nameOf(node.RangeVar);
  if ("ObjectWithArgs" in node) return wordsOfAll(node.ObjectWithArgs.objname);
  return "";
}

/** A name that is given in its parts. */
export function wordsOfAll(nodes: readonly Node[] = []): string {
  return short(nodes.map(wordsOf).join("."));
}

/** All parts of one kind in a statement, at any depth. */
export function partsOf<K extends Kind>(kind: K, node: unknown): Body<K>[] {
  if (typeof node !== "object" || node === null) return [];
  const found = kind in node ? [(node as Record<K, Body<K>>)[kind]] : [];
  return [...found, ...Object.values(node).flatMap((inner) => partsOf(kind, inner))];
}

function short(name: string): string {
  return name.replace(/^public\.(?=.)/, "");
}

/** The statement for people: a comment before it says more of the migration's file than of the statement. */
function oneLine(text: string): string {
  return text
    .replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, "")
    .replace(/\s+/g, " ")
    .trim();
}
