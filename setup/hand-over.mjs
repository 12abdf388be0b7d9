import { fileURLToPath, URL } from "node:url";
import { runNpm } from "./npm.mjs";
import { installPackages } from "./packages.mjs";

/** Provides the npm packages and goes on in TypeScript, in this same process. */
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
