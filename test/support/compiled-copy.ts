import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compiled as compileModule, isCurrent, stampOf, stampsAt } from "../../setup/speed/compiled.mjs";

/** The folder of what `setup/speed/compiled.mjs` compiled, below a project's folder. */
const compiled = ".towpath/compiled";

let compiling: Promise<void> | undefined;

/** Compiles the command line, the program and all steps of a project, for its copies; once a process, if they are not yet. */
export function compileAll(original: string): Promise<void> {
  return (compiling ??= compileEach(original, [
    "cli/main.ts",
    "components/index.ts",
    ...readdirSync(join(original, "steps/programs")).map((name) => `steps/programs/${name}`),
  ]));
}

async function compileEach(original: string, entries: readonly string[]): Promise<void> {
  // The compiler is stopped after each.
  for (const entry of entries) await compileModule(original.replace(/\/$/, ""), entry);
}

/**
 * Gives a copy of the project what its original has compiled, as if it had been compiled there: most commands under test
 * begin in a new copy, and each would compile the same sources for seconds. What a test then changes is compiled again.
 */
export function copyCompiled(original: string, copy: string): void {
  const from = join(original, compiled);
  if (!existsSync(from)) return;
  for (const module of readdirSync(from)) {
    const entry = join(from, module, "entry.mjs");
    if (!isCurrent(entry)) continue;
    const stamps = stampsIn(readFileSync(entry, "utf8"));
    const to = join(copy, compiled, module);
    mkdirSync(to, { recursive: true });
    for (const [name, text] of modulesIn(join(from, module))) {
      writeFileSync(join(to, name), moved(text, original, copy));
      const map = join(from, module, `${name}.map`);
      if (existsSync(map)) cpSync(map, join(to, `${name}.map`));
    }
    writeStamps(join(to, "entry.mjs"), stamps, original, copy);
  }
}

/** The files of a compiled module, by name: its entry, and what that imports. What was compiled before lies beside them. */
function modulesIn(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const waiting = ["entry.mjs"];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const text = readFileSync(join(folder, name), "utf8");
    found.set(name, text);
    for (const [, imported = ""] of text.matchAll(/"\.\/([^"/]+\.mjs)"/g)) waiting.push(imported);
  }
  return found;
}

/** The stamps of the copy's own sources; npm packages are the original's. */
function writeStamps(
  entry: string,
  stamps: Readonly<Record<string, string>>,
  original: string,
  copy: string,
): void {
  const own = Object.entries(stamps).map(([path, stamp]): [string, string] => {
    const isPackage = !path.startsWith(original) || path.startsWith(join(original, "node_modules/"));
    const there = isPackage ? path : join(copy, path.slice(original.length));
    return [there, isPackage ? stamp : stampOf(there)];
  });
  const text = readFileSync(entry, "utf8");
  writeFileSync(entry, `${text.slice(0, stampsAt(text))}${JSON.stringify(Object.fromEntries(own))}`);
}

/** Compiled modules know the project's folder. */
function moved(text: string, original: string, copy: string): string {
  return text.replaceAll(original.replace(/\/$/, ""), copy);
}

/** The sources of a compiled module with their stamps, from its entry. */
function stampsIn(text: string): Readonly<Record<string, string>> {
  return JSON.parse(text.slice(stampsAt(text))) as Record<string, string>;
}
