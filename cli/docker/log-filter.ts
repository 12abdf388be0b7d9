import { show } from "../../components/input/input-checks.ts";
import { Problem } from "../problem.ts";

/** The lines that somebody asks for; all where it says nothing. */
export interface LogFilter {
  /** A time span until now, such as `10m`, or a time. */
  readonly since?: string | undefined;
  /** A text that they hold, as it is written. */
  readonly grep?: string | undefined;
  /** The number of lines at the end. */
  readonly lines?: number | undefined;
}

const hoursOfDay = 24;

/**
 * The beginning of the lines in Docker's words, which knows no days.
 *
 * @throws Problem when it is neither a time span nor a time
 */
export function sinceOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(given) ?? [];
  if (unit === "d") return `${Number(count) * hoursOfDay}h`;
  if (unit !== "") return given;
  const isTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(given);
  const time = isTime ? new Date(given.replace(" ", "T")) : undefined;
  if (time !== undefined && !Number.isNaN(time.valueOf())) return time.toISOString();
  throw new Problem(
    `--since: expected a time span or a time, got ${show(given)}; write 10m, 2h or 1d, or a time such as 2026-01-02T03:04:05Z`,
  );
}

/** The number of lines. Throws a Problem for what is none. */
export function linesOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new Problem(`--lines: expected a number of lines, got ${show(given)}; write for example 100`);
}

/** Those of the lines that hold a text. */
export async function* matching<T extends { readonly text: string }>(
  lines: AsyncIterable<T>,
  text: string | undefined,
): AsyncGenerator<T> {
  for await (const line of lines) if (text === undefined || line.text.includes(text)) yield line;
}

/** The last of the lines, of which no more than that many are held; all where no number is given. */
export async function* lastOf<T>(lines: AsyncIterable<T>, count: number | undefined): AsyncGenerator<T> {
  if (count === undefined) {
    yield* lines;
    return;
  }
  let last: T[] = [];
  for await (const line of lines) {
    last.push(line);
    // Cut off seldom: doing so for each line would take as long again.
    if (last.length >= 2 * count) last = last.slice(-count);
  }
  yield* last.slice(-count);
}
