import { spawn } from "node:child_process";
import { exitCode, Problem } from "../problem.ts";
import { duringInterrupts } from "../process/interrupts.ts";

/** A program in the foreground. */
export interface Launch {
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The time that a program may take to end after it was asked to, in milliseconds. */
const patience = 10_000;

/**
 * Runs a program on our own terminal, and `meanwhile` beside it, whose signal is aborted when the program has ended.
 *
 * Ctrl+C ends the program and what it started, and nothing else; a second one kills them.
 *
 * @returns the program's exit code, or that of an interrupted command
 */
export async function inForeground(
  { command: [command = "", ...args], folder, environment }: Launch,
  meanwhile: (ended: AbortSignal) => Promise<void>,
): Promise<number> {
  // Its own group, unless it reads a terminal: then Ctrl+C reaches the program from there.
  const ownGroup = !process.stdin.isTTY;
  const child = spawn(command, args, { cwd: folder, env: environment, stdio: "inherit", detached: ownGroup });
  const ended = new AbortController();
  const ending = new Promise<number>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Problem(noSuchCommand(command)) : error);
    });
    child.on("close", (code) => {
      resolve(code ?? exitCode.failed);
    });
  }).finally(() => {
    ended.abort();
  });
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(ownGroup ? -child.pid : child.pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  };

  const asked = { interrupted: false };
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (asked.interrupted) send("SIGKILL");
    else if (ownGroup || signal !== "SIGINT") send(signal);
    asked.interrupted = true;
    timer ??= setTimeout(send, patience, "SIGKILL");
  };
  try {
    const [code] = await duringInterrupts(interrupt, () => Promise.all([ending, meanwhile(ended.signal)]));
    return asked.interrupted ? exitCode.interrupted : code;
  } finally {
    clearTimeout(timer);
    // What it started and did not end itself; and itself, when what ran beside it failed.
    send("SIGKILL");
  }
}

/** Says that there is no such program. */
export function noSuchCommand(command: string): string {
  return `run: no such command on this machine, got "${command}"; install it, or give its path`;
}
