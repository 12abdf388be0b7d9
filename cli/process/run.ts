import { spawn, type ChildProcess } from "node:child_process";
import { basename } from "node:path";
import { defined } from "../../components/input/defined.ts";
import { noteSpan, now } from "../../components/timing/spans.ts";

/** The exit code and the output of a program that ended. */
export interface RunResult {
  /** Its exit code; -1 when it could not be started or was stopped by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The reason why it could not be started, such as `ENOENT`, or `TIMEOUT` when it took longer than allowed. */
  readonly failure?: string;
}

export interface RunSettings {
  cwd?: string;
  /** The whole environment; the caller's own by default. */
  environment?: NodeJS.ProcessEnv;
  /** Text for its standard input. */
  input?: string;
  /** After how many milliseconds it is stopped; never by default. */
  timeout?: number;
  /** Called for every line of output as it comes. */
  onLine?: (line: string, from: "stdout" | "stderr") => unknown;
}

/** Runs a program to its end. Everything that starts programs takes one of these, so that tests can pass their own. */
export type Run = (command: string, args: readonly string[], settings?: RunSettings) => Promise<RunResult>;

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill();
});

/** Runs a program without a shell; it ends when this process does. Never throws: an exit code is an answer. */
export const run: Run = (command, args, settings = {}) =>
  new Promise((resolve) => {
    const began = now();
    const child = spawn(command, args, {
      cwd: settings.cwd,
      env: settings.environment ?? process.env,
      stdio: [settings.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    children.add(child);
    const output = { stdout: "", stderr: "" };
    let failure: string | undefined;
    const timer =
      settings.timeout === undefined
        ? undefined
        : setTimeout(() => {
            failure = "TIMEOUT";
            child.kill("SIGKILL");
          }, settings.timeout);
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
        if (settings.onLine === undefined) return;
        const lines = (rest + chunk).split(/[\r\n]+/);
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") settings.onLine(line, name);
      });
    }
    child.stdin?.on("error", () => undefined).end(settings.input);
    child.on("error", (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
      finish(-1);
    });
    child.on("close", (code) => {
      finish(code ?? -1);
    });
    function finish(code: number): void {
      noteSpan("call", `${basename(command)} ${args[0] ?? ""}`, began);
      clearTimeout(timer);
      children.delete(child);
      resolve({ code, ...output, ...defined({ failure }) });
    }
  });

/** The last lines of a program's output, for an error message. */
export function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n");
}
