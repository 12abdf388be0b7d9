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
  /** The client's own words when it failed, such as that the engine went away; empty when all is well. */
  readonly ended: Promise<string>;
  stop(): void;
}

/** The part of a container's log that is read; all that it printed on both streams when it is left out. */
export interface LogRequest {
  /** True for what it prints from now on, too, until it ends or is removed. */
  readonly follow?: boolean;
  readonly streams?: readonly LogLine["stream"][];
  /** As Docker takes it: a time, or a time span until now such as `10m`. */
  readonly since?: string | undefined;
  /** The number of lines at the end. */
  readonly lines?: number | undefined;
  /** The variables of the docker client; this machine's engine is asked when it is left out. */
  readonly client?: NodeJS.ProcessEnv;
}

/**
 * Reads what a container printed.
 *
 * The client writes the lines of both streams in their order: of two that are asked for, one that is not read holds up the
 * other.
 */
export function readLog(container: string, request: LogRequest = {}): ContainerLog {
  const { follow = false, streams = ["stdout", "stderr"], since, lines, client } = request;
  const args = [
    ...["logs", "--timestamps", ...(follow ? ["--follow"] : [])],
    ...(since === undefined ? [] : ["--since", since]),
    ...(lines === undefined ? [] : ["--tail", String(lines)]),
  ];
  const pipe = (stream: LogLine["stream"]): "pipe" | "ignore" =>
    streams.includes(stream) ? "pipe" : "ignore";
  const child = spawn("docker", [...args, container], {
    stdio: ["ignore", pipe("stdout"), pipe("stderr")],
    ...(client !== undefined && { env: client }),
  });
  const own: string[] = [];
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      // Without a code it was stopped.
      const isWell = code === 0 || code === null;
      resolve(isWell ? "" : own.join("; ") || `exit code ${code}`);
    });
  });
  // Whoever awaits `ended` gets the error; this keeps it from counting as unhandled before.
  ended.catch(() => undefined);
  return {
    streams: streams.flatMap((stream) =>
      child[stream] === null ? [] : [linesOf(stream, child[stream], own)],
    ),
    ended,
    stop: () => child.kill(),
  };
}

/** Lines with a time; what has none, the client says itself. */
async function* linesOf(stream: LogLine["stream"], from: Readable, own: string[]): AsyncGenerator<LogLine> {
  for await (const line of createInterface({ input: from })) {
    const space = line.indexOf(" ");
    if (/^\d/.test(line)) yield { time: line.slice(0, space), stream, text: line.slice(space + 1) };
    else if (line.trim() !== "") own.push(line.trim());
  }
}
