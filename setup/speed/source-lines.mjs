import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath, URL } from "node:url";

import { isFast } from "./switch.mjs";

/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map();

/**
 * Shows the lines of the sources in the stack traces of compiled modules.
 *
 * Node can do that too, and reads every map when its module is loaded: a quarter of the time that a step takes to start.
 * Here a map is read when the first trace needs it.
 */
export function showSourceLines() {
  if (!isFast()) return;
  Error.prepareStackTrace = (error, frames) => [String(error), ...frames.map(inSource)].join("\n    at ");
}

/** @param {NodeJS.CallSite} frame */
function inSource(frame) {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8's call sites have one, which Node's types do not say
  const text = frame.toString();
  const file = frame.getFileName() ?? "";
  const line = frame.getLineNumber();
  const column = frame.getColumnNumber();
  if (!file.startsWith("file:") || line === null || column === null) return text;
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  // What is left out of the maps has no source in them.
  if (entry === undefined || !("originalSource" in entry) || entry.originalSource === "") return text;
  const source = fileURLToPath(new URL(entry.originalSource, file));
  const position = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return text.replace(`${file}:${line}:${column}`, position);
}

/** @param {string} file */
function mapOf(file) {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

/** @param {string} file */
function readMap(file) {
  try {
    /** @type {unknown} */
    const map = JSON.parse(readFileSync(new URL(`${file}.map`), "utf8"));
    return new SourceMap(/** @type {import("node:module").SourceMapPayload} */ (map));
  } catch {
    return undefined;
  }
}
