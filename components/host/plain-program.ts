import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { towpathFolder } from "./towpath-folder.ts";

/** The image of a program's container, with nothing but Node. */
export const programImage = "node:20-bookworm-slim";

/** The folder of a program in its container, in memory; its files lie there as in `components/`. */
const programFolder = "/tmp/program";

/** The program that asks the one that runs there. */
const askFile = "host/program/ask.mjs";

/** The variable that holds a program's files. */
const filesVariable = "TOWPATH_PROGRAM";

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
for (const [name, text] of Object.entries(JSON.parse(process.env.${filesVariable}))) {
  mkdirSync(dirname("${programFolder}/" + name), { recursive: true });
  writeFileSync("${programFolder}/" + name, text);
}
await import("${programFolder}/${main}");`;
  return {
    command: ["node", `--max-old-space-size=${heapMebibytes}`, "--input-type=module", "--eval", begin],
    variables: { [filesVariable]: JSON.stringify(programFiles([main, askFile])) },
  };
}

/** The command that asks the program, inside of its container. */
export function askCommand(question: object): string[] {
  return ["node", `${programFolder}/${askFile}`, JSON.stringify(question)];
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
