import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { killTree } from "../support/process-tree.ts";
import { measured, reportOfPureFolders } from "./coverage.ts";
import type { Group } from "./groups.ts";
import { reportVariable, type GroupReport } from "./report.ts";

/** The outcome of a group. */
export interface GroupResult {
  readonly group: Group;
  readonly seconds: number;
  readonly report: GroupReport;
  /** A problem other than tests that failed, such as that it hung. */
  readonly problem?: string;
}

/** The way in which groups are run. */
export interface Manner {
  readonly root: string;
  /** Takes each line that it prints; left out, it prints itself. */
  readonly line?: ((text: string) => unknown) | undefined;
  /** True when it measures what the unit tests cover. */
  readonly covers: boolean;
  /** The Node that runs it, where it is another one than this: it becomes the first on PATH. */
  readonly node?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The exit code of a program; undefined when it was ended after its time. */
type ExitCode = number | undefined;

const nothing: GroupReport = {
  counts: { passed: 0, failed: 0, skipped: 0 },
  suites: [],
  fixtures: [],
  failures: [],
  leftToOthers: [],
  waits: [],
  ended: false,
};

/** Runs a group's files in a process of mocha, which ends with all that it started when its time is over. */
export async function runGroup(group: Group, manner: Manner): Promise<GroupResult> {
  const { root, covers, node = process.execPath } = manner;
  const folder = mkdtempSync(join(tmpdir(), "towpath-test-"));
  const file = join(folder, "report.json");
  const configuration = join("test", group.kind, ".mocharc.json");
  const mocha = [
    ...["node_modules/mocha/bin/mocha.js", ...group.files],
    ...(existsSync(join(root, configuration)) ? ["--config", configuration] : []),
  ];
  const began = Date.now();
  const deadline = began + group.minutes * 60_000;
  const run = (args: readonly string[]): Promise<ExitCode> =>
    runProgram(args, { ...manner, environment: { ...manner.environment, [reportVariable]: file } }, deadline);
  try {
    const code = await run(covers ? [...measured(root, folder), node, ...mocha] : mocha);
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as GroupReport) : nothing;
    const covered = code === 0 && covers ? await run(reportOfPureFolders(root, folder)) : code;
    const problem = problemOf(group, report, code, covered);
    return {
      group,
      seconds: (Date.now() - began) / 1000,
      report,
      ...(problem === undefined ? {} : { problem }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns a problem of a group other than the tests that failed in it. */
function problemOf(
  { name, minutes }: Group,
  report: GroupReport,
  code: ExitCode,
  covered: ExitCode,
): string | undefined {
  const where = report.running === undefined ? "" : `, in "${report.running}"`;
  const waits = report.waits.length === 0 ? "" : `, which waited for ${report.waits.join("; ")}`;
  if (code === undefined) return `${name}: not at its end after ${minutes} minutes${where}${waits}`;
  if (!report.ended) return `${name}: ended before its tests did, with exit code ${code}${where}${waits}`;
  if (code !== 0 && report.counts.failed === 0) return `${name}: expected exit code 0, got ${code}`;
  if (covered !== code) return `${name}: something is not covered`;
  return undefined;
}

/** The processes of mocha that run now; none starts once they are asked to end. */
const running = new Set<ChildProcess>();
const ending = { asked: false };

/**
 * Ends the groups that run, because this process is asked to: mocha clears up behind the test that it is at. Asked once
 * more, they are killed with all that they started.
 */
export async function endGroups(signal: NodeJS.Signals): Promise<void> {
  const children = [...running];
  const ends = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  for (const child of children) {
    if (ending.asked) await killTree(child.pid ?? 0);
    // A terminal has told it already, and a second time would be an order to drop everything.
    else if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill("SIGINT");
  }
  ending.asked = true;
  await Promise.all(ends);
}

function runProgram(
  args: readonly string[],
  { root, line, environment, node }: Manner,
  deadline: number,
): Promise<ExitCode> {
  if (ending.asked) return new Promise(() => undefined);
  const output = line === undefined ? "inherit" : "pipe";
  const path = node === undefined ? {} : { PATH: [dirname(node), process.env.PATH ?? ""].join(delimiter) };
  const child = spawn(node ?? process.execPath, args, {
    cwd: root,
    stdio: [line === undefined ? "inherit" : "ignore", output, output],
    env: { ...process.env, ...path, ...environment },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null && line !== undefined) createInterface({ input: stream }).on("line", line);
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Not only asked to end: a program that hangs does not hear it. What it started may hold its output open.
      child.removeAllListeners("close");
      killTree(child.pid ?? 0).then(() => {
        resolve(undefined);
      }, reject);
    }, deadline - Date.now());
    child.on("error", reject).on("close", (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}
