#!/usr/bin/env node
/** `npm create towpath` is `npx towpath init`: of the towpath beside this package, wherever the package manager put it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const folders = createRequire(import.meta.url).resolve.paths("towpath") ?? [];
const towpath = folders.map((folder) => join(folder, "towpath")).find((folder) => existsSync(folder));
if (towpath === undefined) throw new Error("create-towpath: towpath is not installed beside it");
/** @type {unknown} */
const manifest = JSON.parse(readFileSync(join(towpath, "package.json"), "utf8"));
const { bin } = /** @type {{ bin: { towpath: string } }} */ (manifest);
const program = join(towpath, bin.towpath);
process.argv.splice(1, 1, program, "init");
await import(pathToFileURL(program).href);
