import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument, Scalar, visit, type Document } from "yaml";
import { Problem } from "./problem.ts";
import type { Project } from "./project.ts";

/** The settings that a command writes, by their names without `towpath:`. */
export type WrittenSettings = Readonly<Record<string, unknown>>;

/** A stack's settings file, relative to the project. */
export function settingsFileOf(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/**
 * Writes settings into a stack's file, and leaves all others and the comments as they are; a file that is not there is
 * made.
 *
 * @throws Problem when the file cannot be read as YAML
 */
export function writeSettings(
  project: Pick<Project, "root" | "name">,
  stack: string,
  settings: WrittenSettings,
): void {
  const file = settingsFileOf(stack);
  const path = join(project.root, file);
  const document: Document = parseDocument(textOf(path));
  const [error] = document.errors;
  if (error !== undefined) throw new Problem(noYaml(file, error.message.split("\n", 1)[0] ?? ""));
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  for (const [name, value] of Object.entries(settings)) {
    document.setIn(["config", `${project.name}:${name}`], nodeOf(document, value));
  }
  // Never half a file, whatever happens in between.
  writeFileSync(`${path}.new`, document.toString({ lineWidth: 0 }));
  renameSync(`${path}.new`, path);
}

/** Says that a settings file cannot be read. */
export function noYaml(file: string, reason: string): string {
  return `${file}: expected YAML, got ${JSON.stringify(reason)}; repair the file first`;
}

/** A value as YAML: texts of several lines as people read them. */
function nodeOf(document: Document, value: unknown): unknown {
  const node = document.createNode(value);
  visit(node, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && scalar.value.includes("\n")) scalar.type = Scalar.BLOCK_LITERAL;
    },
  });
  return node;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
