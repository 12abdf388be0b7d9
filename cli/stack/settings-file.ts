import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument, Scalar, visit, type Document } from "yaml";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { isPreview } from "../../components/naming/namespace.ts";
import { settingsPrefix } from "../../components/settings/configuration.ts";

/** The settings that a command writes, by their names without `towpath:`. */
export type WrittenSettings = Readonly<Record<string, unknown>>;

/** A stack's settings file, relative to the project; all previews share one. */
export function settingsFileOf(stack: string): string {
  return `Pulumi.${isPreview(stack) ? "preview" : stack}.yaml`;
}

/** The arguments that lead Pulumi to a stack's settings file, where it would look for another one. */
export function settingsFileArguments(stack: string): string[] {
  return isPreview(stack) ? ["--config-file", settingsFileOf(stack)] : [];
}

/**
 * Writes settings into a stack's file, and leaves all others and the comments as they are; a file that is not there is
 * made.
 *
 * @throws Problem when the file cannot be read as YAML
 */
export function writeSettings(place: SettingsPlace, stack: string, settings: WrittenSettings): void {
  edit(place, stack, (document) => {
    for (const [name, value] of Object.entries(settings)) {
      document.setIn(pathOf(name), nodeOf(document, value));
    }
  });
}

/**
 * Adds those settings that a stack's file does not have yet, and to maps those entries that they do not have; everything
 * that stands there stays. Returns the names of what was added: `rules`, `github.branches`.
 *
 * @param check gets the file's new text, and throws where that may not be: nothing is written then
 * @throws Problem when the file cannot be read as YAML
 */
export function addSettings(
  place: SettingsPlace,
  stack: string,
  settings: WrittenSettings,
  check: (text: string) => void = () => undefined,
): string[] {
  const added: string[] = [];
  const change = (document: Document): void => {
    const add = (path: readonly string[], value: unknown, name: string): void => {
      if (!document.hasIn(path)) {
        document.setIn(path, nodeOf(document, value));
        added.push(name);
      } else if (isMap(document.getIn(path)) && typeof value === "object" && value !== null) {
        for (const [key, inner] of Object.entries(value)) {
          if (document.hasIn([...path, key])) continue;
          document.setIn([...path, key], nodeOf(document, inner));
          added.push(`${name}.${key}`);
        }
      }
    };
    for (const [name, value] of Object.entries(settings)) add(pathOf(name), value, name);
  };
  edit(place, stack, change, check);
  return added;
}

/** The folder of the settings files. */
type SettingsPlace = Pick<Project, "root">;

function pathOf(name: string): string[] {
  return ["config", `${settingsPrefix}${name}`];
}

function edit(
  place: SettingsPlace,
  stack: string,
  change: (document: Document) => void,
  check: (text: string) => void = () => undefined,
): void {
  const file = settingsFileOf(stack);
  const path = join(place.root, file);
  const document: Document = parseDocument(textOf(path));
  const [error] = document.errors;
  if (error !== undefined) throw new Problem(noYaml(file, error.message.split("\n", 1)[0] ?? ""));
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  change(document);
  const text = document.toString({ lineWidth: 0 });
  check(text);
  // Never half a file, whatever happens in between.
  writeFileSync(`${path}.new`, text);
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
