import { Buffer } from "node:buffer";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { isFast } from "./switch.mjs";

/**
 * Compiles a TypeScript module of the project with all that it imports to JavaScript, which starts in a quarter of the time
 * that transpiling file by file takes. It is made again when one of its sources, or this file, is another one. In npm's
 * package, which has no sources, it is there already. Node can run the sources as they are, but for that time.
 *
 * @param {string} root the project's folder
 * @param {string} entry the module, such as `steps/migrate.ts`
 * @returns {Promise<string>} the address to import
 */
export async function compiled(root, entry) {
  const source = join(root, entry);
  if (existsSync(source) && !isFast()) return pathToFileURL(source).href;
  if (!existsSync(source)) return pathToFileURL(join(root, "compiled", packagedName(entry))).href;
  const folder = join(root, ".towpath/compiled", entry.replaceAll("/", "-").replace(/\.ts$/, ""));
  const file = join(folder, "entry.mjs");
  if (!isCurrent(file)) write(folder, await compile(root, entry, folder));
  return pathToFileURL(file).href;
}

/**
 * The name of a compiled module in npm's package, which has no sources: all lie in one folder and share what they import.
 *
 * @param {string} entry
 */
export function packagedName(entry) {
  return entry.replaceAll("/", "-").replace(/\.ts$/, ".mjs");
}

/** This file, which what is compiled depends on too. */
const own = fileURLToPath(import.meta.url);

/**
 * The modules that stay in files of their own: Pulumi's packages, because the engine's part in Node loads the same
 * ones; and those that read files beside themselves, three packages and the toolchain.
 *
 * @param {string} root
 */
function external(root) {
  return ["@pulumi/*", "libpg-query", "esbuild", "playwright-core", join(root, "toolchain/*")];
}

/**
 * The options by which modules are compiled, in a clone and for the package.
 *
 * @param {string} root
 */
export function buildOptions(root) {
  return /** @type {const} @satisfies {import("esbuild").BuildOptions} */ ({
    absWorkingDir: root,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is imported later is a file of its own, and read then.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node22",
    external: external(root),
    metafile: true,
    logLevel: "silent",
    // Packages in Node's older form of modules ask for others by a function that the newer form lacks.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
}

/**
 * @param {string} root
 * @param {string} entry
 * @param {string} folder
 */
async function compile(root, entry, folder) {
  const { build, stop } = await import("esbuild");
  const began = Date.now();
  const { outputFiles, metafile } = await build({
    ...buildOptions(root),
    entryPoints: [entry],
    entryNames: "entry",
    outdir: folder,
    // From here Towpath's folder is found.
    define: { "import.meta.url": JSON.stringify(pathToFileURL(join(root, entry)).href) },
    plugins: [withoutPackagesInMap],
    sourcemap: "linked",
    sourcesContent: false,
    write: false,
  });
  await stop();
  /** @type {Record<string, string>} */
  const stamps = {};
  const sources = Object.keys(metafile.inputs).map((source) => join(root, source));
  for (const path of [...sources, own]) {
    // What is written meanwhile may have been read before or after.
    stamps[path] = statSync(path).ctimeMs < began ? stampOf(path) : "changed";
  }
  return { outputFiles, stamps };
}

/**
 * Keeps the lines of npm packages out of the source maps, which are read at the first stack trace: they are nine tenths.
 *
 * @type {import("esbuild").Plugin}
 */
const withoutPackagesInMap = {
  name: "without-packages-in-map",
  setup(build) {
    const empty = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString("base64");
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, "utf8")}\n//# sourceMappingURL=data:application/json;base64,${empty}`,
      loader: "default",
    }));
  },
};

/**
 * Writes the files, the entry last. The others' names come from their contents: programs that run go on with the old ones,
 * and several that start at once write the same. Each writes under a name of its own first, so that no half file is read.
 *
 * @param {string} folder
 * @param {Awaited<ReturnType<typeof compile>>} made
 */
function write(folder, { outputFiles, stamps }) {
  mkdirSync(folder, { recursive: true });
  /** @type {(path: string, text: string) => void} */
  const writeWhole = (path, text) => {
    const part = `${path}.${process.pid}.part`;
    writeFileSync(part, text);
    renameSync(part, path);
  };
  const entry = join(folder, "entry.mjs");
  for (const { path, text } of outputFiles) {
    if (path !== entry) writeWhole(path, text);
  }
  const text = outputFiles.find(({ path }) => path === entry)?.text ?? "";
  writeWhole(entry, `${text}// ${JSON.stringify(stamps)}`);
  const names = new Set(outputFiles.map(({ path }) => basename(path)));
  const yesterday = Date.now() - 24 * 3600_000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // Another process may just have given a file its name, or removed it.
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? yesterday;
    if (!names.has(name) && written < yesterday) rmSync(path, { force: true });
  }
}

/**
 * Tells whether a compiled module still agrees with its sources.
 *
 * @param {string} file its entry
 */
export function isCurrent(file) {
  try {
    const text = readFileSync(file, "utf8");
    /** @type {unknown} */
    const stamps = JSON.parse(text.slice(stampsAt(text)));
    const sources = new Map(Object.entries(/** @type {Record<string, string>} */ (stamps)));
    return sources.has(own) && [...sources].every(([path, stamp]) => stampOf(path) === stamp);
  } catch {
    return false;
  }
}

/**
 * Finds where the stamps of the sources begin: the last line of an entry is a comment with them.
 *
 * @param {string} text the entry's
 */
export function stampsAt(text) {
  return text.lastIndexOf("\n// ") + "\n// ".length;
}

/**
 * The time at which a file was last written, or got its name: no program can set it back.
 *
 * @param {string} path
 */
export function stampOf(path) {
  const { ctimeMs, size } = statSync(path);
  return `${ctimeMs} ${size}`;
}
