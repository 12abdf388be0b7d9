import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A line that a container printed. */
export interface LogLine {
  /** The time when the engine got it, as it writes times: `2026-01-02T03:04:05.678901234Z`. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** The log of a container, as it is read. */
export interface ContainerLog {
  /** The streams that were asked for, each in its own order. */
  readonly streams: readonly AsyncIterable<LogLine>[];
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Reads what a container printed, and with `follow` what it prints from now on, until it ends or is removed.
 *
 * The client writes the lines of both streams in their order: of two that are asked for, one that is not read holds up the
 * other.
 */
export function readLog(
  container: string,
  follow: boolean,
  streams: readonly LogLine["stream"][] = ["stdout", "stderr"],
): ContainerLog {
  const args = ["logs", "--timestamps", ...(follow ? ["--follow"] : []), container];
  const pipe = (stream: LogLine["stream"]): "pipe" | "ignore" =>
    streams.includes(stream) ? "pipe" : "ignore";
  const child = spawn("docker", args, { stdio: ["ignore", pipe("stdout"), pipe("stderr")] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject).on("close", () => {
      resolve();
    });
  });
  // Whoever awaits `ended` gets the error; this keeps it from counting as unhandled before.
  ended.catch(() => undefined);
  return {
    streams: streams.flatMap((stream) => (child[stream] === null ? [] : [linesOf(stream, child[stream])])),
    ended,
    stop: () => child.kill(),
  };
}

async function* linesOf(stream: LogLine["stream"], from: Readable): AsyncGenerator<LogLine> {
  for await (const line of createInterface({ input: from })) {
    const space = line.indexOf(" ");
    yield { time: line.slice(0, space), stream, text: line.slice(space + 1) };
  }
}
