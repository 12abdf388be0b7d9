import { spawn } from "node:child_process";
import { duringInterrupts } from "./interrupts.ts";
import { exitCode } from "../problem.ts";

/** The end of a command. */
export interface ShellResult {
  /** Its exit code; -1 when it was stopped. */
  readonly code: number;
  /** What it printed, on both outputs, in its order. */
  readonly output: string;
  /** True when it took longer than allowed. */
  readonly isLate: boolean;
}

/** Settings of a command. */
export interface ShellSettings {
  readonly cwd: string;
  /** The whole environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** The time after which it is stopped, in milliseconds. */
  readonly timeout: number;
  /** Called with the last line of each piece of output. */
  readonly onLine: (line: string) => void;
}

/** Runs a line of the shell to its end. Whatever it started ends with it: when its time is up, or this process is ended. */
export async function inShell(
  command: string,
  { cwd, environment, timeout, onLine }: ShellSettings,
): Promise<ShellResult> {
  // A group of its own: a signal reaches what the shell started, too.
  const child = spawn("sh", ["-c", command], {
    ...{ cwd, env: environment, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  let [output, isLate] = ["", false];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      onLine(chunk.trimEnd().split("\n").at(-1) ?? "");
    });
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeout);
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? -1);
    });
  });
  const interrupted = (): never => {
    stop();
    process.exit(exitCode.interrupted);
  };
  try {
    return { code: await duringInterrupts(interrupted, () => ended), output, isLate };
  } finally {
    clearTimeout(timer);
    // What it left running in the background would hold up nothing, and end never.
    stop();
  }
}
