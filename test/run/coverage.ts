import { join } from "node:path";

const c8 = "node_modules/c8/bin/c8.js";

/** Returns the command that measures a program's coverage: 92 % of the lines of all our sources, or more. */
export function measured(folder: string): string[] {
  const sources = ["components", "cli", "setup", "steps"].flatMap((name) => [
    "--include",
    `${name}/**/*.{ts,mjs}`,
  ]);
  const shown = ["--reporter", "text-summary", "--temp-directory", join(folder, "coverage")];
  return [c8, "--all", ...sources, "--exclude", "**/*.d.ts", ...shown, "--check-coverage", "--lines", "92"];
}

/** Modules of these folders that are types alone: none of them is ever loaded, so nothing of them can be covered. */
const types = ["application/application.ts", "settings/loaded-settings.ts", "settings/released-settings.ts"];

/** Returns the command that reports on the folders that hold decisions: every line of them is tested. */
export function reportOfPureFolders(folder: string): string[] {
  const sources = ["application", "settings", "naming"].flatMap((name) => [
    "--include",
    `components/${name}/**/*.ts`,
  ]);
  const without = types.flatMap((name) => ["--exclude", `components/${name}`]);
  const shown = ["--reporter", "text", "--temp-directory", join(folder, "coverage")];
  return [c8, "report", "--all", ...sources, ...without, ...shown, "--check-coverage", "--lines", "100"];
}
