import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress/progress.ts";
import { readProject } from "../project.ts";
import { provide } from "./provide.ts";

/** The two kinds of tests: without and with a real engine. */
export type Kind = "unit" | "e2e";

/** How many tests passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What one run of mocha ended with. */
interface Ended {
  readonly code: number;
  /** Undefined when it ended before it counted. */
  readonly counts: Counts | undefined;
}

/** Runs tests: both kinds, one kind, or one suite of one kind. Ends with the counts, alone on the last line. */
export async function test(
  progress: Progress,
  kind: string | undefined,
  suite: string | undefined,
  project = readProject(),
  print: (text: string) => unknown = (text) => process.stdout.write(text),
): Promise<number> {
  const kinds = kindsOf(kind);
  const { root } = project;
  const ended: Ended[] = [];
  for (const one of kinds) {
    const pattern = patternOf(root, one, suite);
    // Real engines and containers need what `npm start` needs.
    if (one === "e2e") await provide(progress, project);
    progress.stop();
    ended.push(await runMocha(root, one, pattern, suite === undefined));
  }
  print(`${summary(ended.map(({ counts }) => counts))}\n`);
  // Mocha ends with 0 when it is interrupted, and has not counted.
  return ended.every(({ code, counts }) => code === 0 && counts?.failed === 0) ? 0 : 1;
}

/** The counts of several runs in one line; a run that ended before it counted is a failure. */
export function summary(runs: readonly (Counts | undefined)[]): string {
  const sum = (count: (one: Counts) => number): number =>
    runs.reduce((total, one) => total + (one === undefined ? 0 : count(one)), 0);
  const broken = runs.filter((one) => one === undefined).length;
  return `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed) + broken} failed, ${sum(({ skipped }) => skipped)} skipped`;
}

/** The kinds that a person asked for: both by default. */
export function kindsOf(kind: string | undefined): Kind[] {
  if (kind === undefined) return ["unit", "e2e"];
  if (kind === "unit" || kind === "e2e") return [kind];
  throw new Problem(`test: unknown kind of tests, got "${kind}"; use unit or e2e`);
}

/** The files of a suite: a file of that name or a folder. */
export function patternOf(root: string, kind: Kind, suite: string | undefined): string {
  if (suite === undefined) return `test/${kind}/**/*.test.ts`;
  if (existsSync(join(root, "test", kind, `${suite}.test.ts`))) return `test/${kind}/${suite}.test.ts`;
  if (existsSync(join(root, "test", kind, suite))) return `test/${kind}/${suite}/**/*.test.ts`;
  throw new Problem(`test: no such suite, got "${suite}"; use the name of a file or folder in test/${kind}`);
}

async function runMocha(root: string, kind: Kind, pattern: string, whole: boolean): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-test-"));
  const file = join(folder, "counts.json");
  const configuration = join("test", kind, ".mocharc.json");
  const mocha = [
    ...["node_modules/mocha/bin/mocha.js", pattern],
    ...(existsSync(join(root, configuration)) ? ["--config", configuration] : []),
  ];
  // Coverage is asked of all unit tests together; one suite alone cannot reach it.
  const measures = kind === "unit" && whole;
  const run = (args: readonly string[]): Promise<number> =>
    inTheForeground(root, args, { TOWPATH_TEST_COUNTS: file });
  try {
    const passed = await run(measures ? [...measure(folder), process.execPath, ...mocha] : mocha);
    const covered = passed === 0 && measures ? await run(reportOfPureFolders(folder)) : 0;
    const counts = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Counts) : undefined;
    return { code: passed === 0 ? covered : passed, counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const c8 = "node_modules/c8/bin/c8.js";

/** Everything of ours, at 92 % of the lines or more. */
function measure(folder: string): string[] {
  const sources = ["components", "cli", "setup", "steps"].flatMap((name) => [
    "--include",
    `${name}/**/*.{ts,mjs}`,
  ]);
  const shown = ["--reporter", "text-summary", "--temp-directory", join(folder, "coverage")];
  return [c8, "--all", ...sources, "--exclude", "**/*.d.ts", ...shown, "--check-coverage", "--lines", "92"];
}

/** The folders that hold decisions: every line of them is tested. */
function reportOfPureFolders(folder: string): string[] {
  const sources = ["application", "settings", "naming"].flatMap((name) => [
    "--include",
    `components/${name}/**/*.ts`,
  ]);
  const shown = ["--reporter", "text", "--temp-directory", join(folder, "coverage")];
  return [c8, "report", "--all", ...sources, ...shown, "--check-coverage", "--lines", "100"];
}

function inTheForeground(root: string, args: readonly string[], more: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...more } })
      .on("error", reject)
      .on("close", (code) => {
        resolve(code ?? 1);
      });
  });
}
