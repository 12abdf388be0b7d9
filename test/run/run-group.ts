import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killTree } from "../support/process-tree.ts";
import { measured, reportOfPureFolders } from "./coverage.ts";
import type { Group } from "./groups.ts";
import { reportVariable, type GroupReport } from "./report.ts";

/** What became of a group. */
export interface GroupResult {
  readonly group: Group;
  readonly seconds: number;
  readonly report: GroupReport;
  /** What is wrong beside tests that failed, such as that it hung. */
  readonly problem?: string;
  /** What it printed, where it did not print it itself. */
  readonly output: string;
}

/** How a group is run. */
export interface Manner {
  readonly root: string;
  /** Whether it prints as it goes, and not all at its end. */
  readonly live: boolean;
  /** Whether it measures what the unit tests cover. */
  readonly covers: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a program ended; no code when it was ended after its time. */
interface Ended {
  readonly code: number | undefined;
  readonly output: string;
}

const nothing: GroupReport = {
  counts: { passed: 0, failed: 0, skipped: 0 },
  suites: [],
  fixtures: [],
  failures: [],
  waits: [],
  ended: false,
};

/** Runs a group's files in a process of mocha, which ends with all that it started when its time is over. */
export async function runGroup(group: Group, manner: Manner): Promise<GroupResult> {
  const { root, covers } = manner;
  const folder = mkdtempSync(join(tmpdir(), "towpath-test-"));
  const file = join(folder, "report.json");
  const configuration = join("test", group.kind, ".mocharc.json");
  const mocha = [
    ...["node_modules/mocha/bin/mocha.js", ...group.files],
    ...(existsSync(join(root, configuration)) ? ["--config", configuration] : []),
  ];
  const began = Date.now();
  const deadline = began + group.minutes * 60_000;
  const run = (args: readonly string[]): Promise<Ended> =>
    runProgram(args, { ...manner, environment: { ...manner.environment, [reportVariable]: file } }, deadline);
  try {
    const ended = await run(covers ? [...measured(folder), process.execPath, ...mocha] : mocha);
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as GroupReport) : nothing;
    const covered = ended.code === 0 && covers ? await run(reportOfPureFolders(folder)) : undefined;
    const problem = problemOf(group, report, ended, covered);
    return {
      group,
      seconds: (Date.now() - began) / 1000,
      report,
      output: ended.output + (covered?.output ?? ""),
      ...(problem === undefined ? {} : { problem }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with a group beside the tests that failed in it. */
function problemOf(
  { name, minutes }: Group,
  report: GroupReport,
  { code }: Ended,
  covered: Ended | undefined,
): string | undefined {
  const where = report.running === undefined ? "" : `, in "${report.running}"`;
  const waits = report.waits.length === 0 ? "" : `, which waited for ${report.waits.join("; ")}`;
  if (code === undefined) return `${name}: not at its end after ${minutes} minutes${where}${waits}`;
  if (!report.ended) return `${name}: ended before its tests did, with exit code ${code}${where}${waits}`;
  if (code !== 0 && report.counts.failed === 0) return `${name}: expected exit code 0, got ${code}`;
  if (covered !== undefined && covered.code !== 0) return `${name}: something is not covered`;
  return undefined;
}

function runProgram(
  args: readonly string[],
  { root, live, environment }: Manner,
  deadline: number,
): Promise<Ended> {
  const output = live ? "inherit" : "pipe";
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: [live ? "inherit" : "ignore", output, output],
    env: { ...process.env, ...environment },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Not only asked to end: a program that hangs does not hear it. What it started may hold its output open.
      child.removeAllListeners("close");
      killTree(child.pid ?? 0).then(() => {
        resolve({ code: undefined, output: printed });
      }, reject);
    }, deadline - Date.now());
    child.on("error", reject).on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output: printed });
    });
  });
}
