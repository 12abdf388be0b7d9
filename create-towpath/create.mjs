#!/usr/bin/env node
/** `npm create towpath` is `npx towpath init`, of the towpath that comes with this package. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
/** @type {unknown} */
const manifest = require("towpath/package.json");
const { bin } = /** @type {{ bin: { towpath: string } }} */ (manifest);
const program = join(dirname(require.resolve("towpath/package.json")), bin.towpath);
process.argv.splice(1, 1, program, "init");
await import(pathToFileURL(program).href);
