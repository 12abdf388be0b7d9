import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The imports of each module, by its path from the project's folder: `inputs` of esbuild's metafile. */
export type Imports = Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;

/** Reads what files import, and what that imports, packages left out. */
export async function readImports(root: string, files: readonly string[]): Promise<Imports> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outdir: ".",
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
    // Tests start these as programs.
    external: ["*.node"],
  });
  return metafile.inputs;
}

/** The files with all that they import, however far away. */
export function reached(imports: Imports, files: Iterable<string>): Set<string> {
  const found = new Set(files);
  // A set is walked to its end, also what is added on the way.
  for (const file of found) {
    for (const { path } of imports[file]?.imports ?? []) if (path in imports) found.add(path);
  }
  return found;
}

/** The files that every suite depends on. */
const common =
  /^(package\.json|package-lock\.json|tsconfig\.json|\.mocharc\.json|test\/support\/reporter\.ts)$/;

/** The files that a suite depends on when it starts the command line in a copy of the project. */
const program = /^((app|cli|components|setup|steps)\/|application\.ts$|index\.ts$|Pulumi\.yaml$)/;

/** The files that every suite with an engine depends on: the engine's plugins and images are built from them. */
const tools = /^(toolchain\/|test\/e2e\/\.mocharc\.json$)/;

/** The files that a suite depends on, without an import, when it reaches a module that starts or reads them. */
const started: Readonly<Record<string, RegExp>> = {
  "test/support/source-tree.ts": program,
  "test/unit/steps/play.ts": /^steps\//,
  "docs/generate.ts": /^docs\/reference\//,
};

/**
 * The files that a suite depends on, of all `files` of the project: what it imports; what else its modules in `test/` name
 * by its file name or, of our own modules, by its path or from beside it; and what it runs, which no import says:
 *
 * - the whole program where it makes a copy of the project (`TestProject`), and the toolchain in every suite of e2e;
 * - every step with what that imports where it plays steps; the reference pages where it writes them.
 */
export function dependenciesOf(
  suite: string,
  imports: Imports,
  files: readonly string[],
  read: (path: string) => string,
): Set<string> {
  const modules = reached(imports, [suite]);
  const names = new Set<string>();
  for (const module of modules) {
    if (module.startsWith("test/")) for (const name of namesIn(module, read(module))) names.add(name);
  }
  const isEndToEnd = suite.startsWith("test/e2e/");
  const patterns = Object.entries(started).flatMap(([module, pattern]) =>
    modules.has(module) ? [pattern] : [],
  );
  const unseen = reached(
    imports,
    files.filter((file) => patterns.some((pattern) => pattern.test(file))),
  );
  const found = files.filter(
    (file) =>
      modules.has(file) ||
      unseen.has(file) ||
      names.has(isModule(file) ? file : basename(file)) ||
      common.test(file) ||
      (isEndToEnd && tools.test(file)),
  );
  return new Set(found);
}

/** Reads files of the project; each once. */
export function reader(root: string): (path: string) => string {
  const texts = new Map<string, string>();
  return (path) => {
    const text = texts.get(path) ?? readFileSync(join(root, path), "utf8");
    texts.set(path, text);
    return text;
  };
}

/** Returns what may be names or paths of files in a module's text; a module also names those beside it. */
function namesIn(module: string, text: string): readonly string[] {
  const paths = text.match(/[\w.@/-]*\.\w+|\bDockerfile\b/g) ?? [];
  return paths.flatMap((path) => [path, basename(path), join(dirname(module), path)]);
}

function isModule(file: string): boolean {
  return /\.(ts|mjs)$/.test(file);
}
