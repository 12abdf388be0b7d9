import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { towpathFolder } from "./towpath-folder.ts";

/** The image of a program's container, with nothing but Node. */
export const programImage = "node:20-bookworm-slim";

/** The folder of a program in its container, in memory; its files lie there as in `components/`. */
const programFolder = "/tmp/program";

/** The program that asks the one that runs there. */
const askFile = "host/program/ask.mjs";

/** The variable that holds a program's files. The kernel takes none of more than 131,072 bytes, with its name. */
const filesVariable = "TOWPATH_PROGRAM";

/** How hard the files are packed, of 11: the last tenth of the bytes would take 0.3 s of each run. */
const packing = 6;

/** The mebibytes that a program may keep; Node takes as much again for itself. */
const heapMebibytes = 48;

/**
 * The command and variables of a container of `programImage` that runs a program of Towpath's own: plain modules, as they are.
 *
 * The container's file system is read-only, so the program comes as a variable, and is written into the memory of `/tmp`.
 *
 * @param main the module to begin with, below `components/`: `activator/program/main.mjs`
 */
export function plainProgram(main: string): {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} {
  const begin = `import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { brotliDecompressSync } from "node:zlib";
const packed = Buffer.from(process.env.${filesVariable}, "base64");
for (const [name, text] of Object.entries(JSON.parse(brotliDecompressSync(packed)))) {
  mkdirSync(dirname("${programFolder}/" + name), { recursive: true });
  writeFileSync("${programFolder}/" + name, text);
}
await import("${programFolder}/${main}");`;
  return {
    command: ["node", `--max-old-space-size=${heapMebibytes}`, "--input-type=module", "--eval", begin],
    variables: { [filesVariable]: packed(programFiles([main, askFile])) },
  };
}

/** The command that asks the program, inside of its container. */
export function askCommand(question: object): string[] {
  return ["node", `${programFolder}/${askFile}`, JSON.stringify(question)];
}

/**
 * Packs files into a variable's text. Brotli makes the same bytes on every machine, which gzip does not: others would make the
 * program's container anew.
 */
function packed(files: Readonly<Record<string, string>>): string {
  const params = { [constants.BROTLI_PARAM_QUALITY]: packing };
  return brotliCompressSync(JSON.stringify(files), { params }).toString("base64");
}

/** The modules with all that they import, by their paths below `components/`. */
function programFiles(entries: readonly string[]): Readonly<Record<string, string>> {
  const source = resolve(towpathFolder(), "components");
  const texts = new Map<string, string>();
  const add = (name: string): void => {
    if (texts.has(name)) return;
    const text = readFileSync(join(source, name), "utf8");
    texts.set(name, text);
    for (const [, imported = ""] of text.matchAll(/^(?:import|export|\}) .*from "(\.[^"]+)";$/gm))
      add(join(name, "..", imported));
  };
  entries.forEach(add);
  return Object.fromEntries([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
