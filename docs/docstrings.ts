import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Schema } from "./schemas.ts";

/** The docstrings of the types of a folder. */
export interface Docstrings {
  /** The docstring of a type. */
  type: (name: string) => string;
  /** The docstring of a type's field, its own or inherited. */
  field: (type: string, field: string) => string;
}

interface Described {
  text: string;
  fields: Map<string, string>;
  /** The types whose fields this one has as well. */
  parents: string[];
}

/** Reads the docstrings of all types in a folder. Asking for one that is missing throws: every public field has one. */
export function readDocstrings(folder: string): Docstrings {
  const types = new Map<string, Described>();
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
    for (const node of source.statements) {
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
        types.set(node.name.text, describe(node));
    }
  }

  const find = (type: string): Described => {
    const found = types.get(type);
    if (found === undefined) throw new Error(`${type}: no such type in ${folder}`);
    return found;
  };
  const fieldText = (type: string, field: string): string | undefined => {
    const { fields, parents } = find(type);
    return (
      fields.get(field) ??
      parents.map((parent) => fieldText(parent, field)).find((text) => text !== undefined)
    );
  };
  return {
    type: (name) => find(name).text || missing(name),
    field: (type, field) => fieldText(type, field) ?? missing(`${type}.${field}`),
  };
}

/** The schema with what the types of the same names say as its descriptions. */
export function withDocstrings(schema: Schema, docs: Docstrings): Schema {
  const types = Object.entries(schema.$defs ?? {}).filter(([type]) => !type.startsWith("__"));
  return {
    ...schema,
    $defs: Object.fromEntries(
      types.map(([type, found]) => [
        type,
        {
          ...found,
          description: docs.type(type),
          properties: Object.fromEntries(
            Object.entries(found.properties ?? {}).map(([field, property]) => [
              field,
              { ...property, description: docs.field(type, field) },
            ]),
          ),
        },
      ]),
    ),
  };
}

function describe(node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): Described {
  const fields = new Map<string, string>();
  const visit = (inner: ts.Node): void => {
    const text = ts.isPropertySignature(inner) ? docstring(inner) : "";
    if (ts.isPropertySignature(inner) && text !== "") fields.set(inner.name.getText(), text);
    ts.forEachChild(inner, visit);
  };
  ts.forEachChild(node, visit);
  const clauses = ts.isInterfaceDeclaration(node) ? (node.heritageClauses ?? []) : [];
  const parents = clauses.flatMap((clause) => clause.types.map((type) => type.expression.getText()));
  return { text: docstring(node), fields, parents };
}

/** The text of a node's docstring, on one line. */
function docstring(node: ts.Node): string {
  const parts = ts.getJSDocCommentsAndTags(node).filter((part) => ts.isJSDoc(part));
  const text = parts.map((part) => ts.getTextOfJSDocComment(part.comment) ?? "").join(" ");
  return text.replace(/\s+/g, " ").trim();
}

function missing(what: string): never {
  throw new Error(`${what}: no docstring; say what it is, its unit and its form`);
}
