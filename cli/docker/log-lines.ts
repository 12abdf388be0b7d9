import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A line that a container printed. */
export interface LogLine {
  /** When the engine got it, as it writes times: `2026-01-02T03:04:05.678901234Z`. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Reads what a container printed, and with `follow` what it prints from now on, until it ends or is removed. */
export function readLog(
  container: string,
  follow: boolean,
  onLine: (line: LogLine) => void,
): { readonly ended: Promise<void>; stop(): void } {
  const args = ["logs", "--timestamps", ...(follow ? ["--follow"] : []), container];
  const child = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"] });
  const read = (stream: LogLine["stream"], from: Readable): Promise<void> =>
    new Promise((resolve) => {
      createInterface({ input: from })
        .on("line", (line) => {
          const space = line.indexOf(" ");
          onLine({ time: line.slice(0, space), stream, text: line.slice(space + 1) });
        })
        .on("close", resolve);
    });
  const closed = new Promise<void>((resolve, reject) => {
    child.on("error", reject).on("close", () => {
      resolve();
    });
  });
  const streams = [read("stdout", child.stdout), read("stderr", child.stderr)];
  return {
    ended: Promise.all([closed, ...streams]).then(() => undefined),
    stop: () => child.kill(),
  };
}
