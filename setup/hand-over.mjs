import { spawnSync } from "node:child_process";
import { fileURLToPath, URL } from "node:url";
import { installPackages } from "./packages.mjs";

/**
 * Provides the npm packages and goes on in TypeScript, in this same process: no second start of Node, and signals and
 * exit codes need no passing on.
 */
export async function handOver() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const problem = installPackages(root, { run: runNpm, say: (line) => process.stderr.write(line + "\n") });
  if (problem !== null) {
    process.stderr.write(problem + "\n");
    process.exit(1);
  }
  const { compiled } = await import("./compiled.mjs");
  const { showSourceLines } = await import("./source-lines.mjs");
  showSourceLines();
  await import(await compiled(root, "cli/main.ts"));
}

/**
 * Runs npm: the one that started us when there is one, so that both are of the same version.
 *
 * @param {string} root
 * @param {readonly string[]} args
 */
function runNpm(root, args) {
  const own = process.env.npm_execpath;
  const [command, ...first] = own?.endsWith(".js") === true ? [process.execPath, own] : ["npm"];
  const result = spawnSync(command, [...first, ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  if (result.error) return { succeeded: false, output: result.error.message };
  return { succeeded: result.status === 0, output: (result.stdout + result.stderr).trim() };
}
