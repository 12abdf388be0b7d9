import { appendFileSync } from "node:fs";

/** The variable with the file in which each process of a run notes how long its parts took; unset, nothing is noted. */
export const timingsVariable = "TOWPATH_TIMINGS";

/** The parts of a run, the outer ones first. */
export const spanKinds = ["command", "program", "step", "call"] as const;

/** A part of a run. */
export interface Span {
  /** What is done, in words that everybody may read. */
  readonly name: string;
  /**
   * Of the command line or one of its resources (`command`), the program that Pulumi runs (`program`), a program that a
   * resource runs (`step`), or a single question to an engine, a host or a registry (`call`).
   */
  readonly kind: (typeof spanKinds)[number];
  /** The process that did it. */
  readonly pid: number;
  /** When it began and ended, in milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
}

/** The time, in milliseconds since 1970 with a fraction; the same clock in all processes of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Notes a part that began at a time and ends now, where that is asked for. */
export function noteSpan(kind: Span["kind"], name: string, began: number): void {
  const file = process.env[timingsVariable];
  if (file === undefined || file === "") return;
  const span: Span = { name, kind, pid: process.pid, began, ended: now() };
  try {
    // One short line in one write: those of several processes do not mix.
    appendFileSync(file, `${JSON.stringify(span)}\n`);
  } catch {
    // What is measured must not fail for it.
  }
}

/** Notes the time from the start of this process until now: Node, and the modules that it loads. */
export function noteStart(kind: Span["kind"], name: string): void {
  noteSpan(kind, `${name}: starts`, performance.timeOrigin);
}

/** Does a part of a run, and notes how long it took; one that fails, too. */
export async function timed<T>(kind: Span["kind"], name: string, work: () => Promise<T>): Promise<T> {
  const began = now();
  try {
    return await work();
  } finally {
    noteSpan(kind, name, began);
  }
}

/** The parts that are noted in a file's text, the first ones first; what a killed process left half written is left out. */
export function spansIn(text: string): Span[] {
  return text
    .split("\n")
    .flatMap((line): Span[] => {
      try {
        return line === "" ? [] : [JSON.parse(line) as Span];
      } catch {
        return [];
      }
    })
    .sort((one, other) => one.began - other.began);
}
