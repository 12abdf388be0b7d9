import { existsSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import { runNpm } from "./npm.mjs";
import { installPackages } from "./packages.mjs";

/** Provides the npm packages and goes on in TypeScript, in this same process. */
export async function handOver() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { keepCode } = await import("./speed/compile-cache.mjs");
  keepCode(fileURLToPath(new URL("../.towpath", import.meta.url)));
  // The package's dependencies came with it.
  if (existsSync(new URL("../cli/main.ts", import.meta.url))) installOwn(root);
  const { compiled } = await import("./speed/compiled.mjs");
  const { showSourceLines } = await import("./speed/source-lines.mjs");
  showSourceLines();
  await import(await compiled(root, "cli/main.ts"));
}

/**
 * Installs what a clone of Towpath needs.
 *
 * @param {string} root
 */
function installOwn(root) {
  const problem = installPackages(root, { run: runNpm, say: (line) => process.stderr.write(line + "\n") });
  if (problem === null) return;
  process.stderr.write(problem + "\n");
  process.exit(1);
}
