import { transformSync } from "esbuild";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folders = ["components", "cli", "setup", "steps"];

const c8 = "node_modules/c8/bin/c8.js";

/** The modules that are types alone: none of them is ever loaded, so nothing of them can be covered. */
export function typeModules(root: string): string[] {
  const there = folders.filter((folder) => existsSync(join(root, folder)));
  const modules = there.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
      .map((path) => join(folder, path)),
  );
  return modules.filter(
    (path) => transformSync(readFileSync(join(root, path), "utf8"), { loader: "ts" }).code === "",
  );
}

/** Returns the command that measures a program's coverage: 93 % of the lines of all our sources, or more. */
export function measured(root: string, folder: string): string[] {
  const sources = [
    ...folders.flatMap((name) => ["--include", `${name}/**/*.{ts,mjs}`]),
    ...typeModules(root).flatMap((path) => ["--exclude", path]),
  ];
  const shown = ["--reporter", "text-summary", "--temp-directory", join(folder, "coverage")];
  return [c8, "--all", ...sources, "--exclude", "**/*.d.ts", ...shown, "--check-coverage", "--lines", "93"];
}

/** Returns the command that reports on the folders that hold decisions: every line of them is tested. */
export function reportOfPureFolders(root: string, folder: string): string[] {
  const sources = ["application", "settings", "naming"].flatMap((name) => [
    "--include",
    `components/${name}/**/*.ts`,
  ]);
  const without = typeModules(root).flatMap((path) => ["--exclude", path]);
  const shown = ["--reporter", "text", "--temp-directory", join(folder, "coverage")];
  return [c8, "report", "--all", ...sources, ...without, ...shown, "--check-coverage", "--lines", "100"];
}
