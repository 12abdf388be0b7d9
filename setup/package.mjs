/**
 * Makes what npm packs in addition to the files that are there (`prepack`), and removes it again (`postpack`): the
 * command line, the library and the steps as compiled modules in `compiled/`, and the library's types in `types/`.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { build } from "esbuild";
import { buildOptions, packagedName } from "./speed/compiled.mjs";
import { writeTypes } from "./types.mjs";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const folders = ["compiled", "types"].map((name) => join(root, name));

for (const folder of folders) rmSync(folder, { recursive: true, force: true });
if (process.argv[2] !== "--clean") {
  const entries = [
    "cli/main.ts",
    "components/index.ts",
    "components/environment/components.ts",
    ...readdirSync(join(root, "steps/programs")).map((name) => `steps/programs/${name}`),
  ];
  const { metafile } = await build({
    ...buildOptions(root),
    entryPoints: entries.map((entry) => ({ in: entry, out: packagedName(entry).replace(/\.mjs$/, "") })),
    outdir: join(root, "compiled"),
    minifyWhitespace: true,
    legalComments: "none",
  });
  writeFileSync(join(root, "compiled/LICENSES.txt"), licenses(Object.keys(metafile.inputs)));
  writeTypes(root, join(root, "types"));
}

/**
 * The licences of the npm packages that are part of the compiled modules.
 *
 * @param {readonly string[]} sources
 */
function licenses(sources) {
  const packages = new Set(
    sources.flatMap((source) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
  );
  return [...packages].sort().map(licenseOf).join("\n");
}

/** @param {string} folder of a package, relative to the root */
function licenseOf(folder) {
  /** @type {unknown} */
  const file = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const { name, version, license } = /** @type {Record<"name" | "version" | "license", string>} */ (file);
  const own = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
  const text = own === undefined ? `${license}\n` : readFileSync(join(root, folder, own), "utf8");
  return `${name} ${version}, ${license}\n\n${text}`;
}
