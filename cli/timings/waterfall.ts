import { spanKinds, type Span } from "../../components/timing/spans.ts";
import { columns } from "../terminal/table.ts";

/** Parts that took less are left out, in seconds: the trace has them. */
const shortest = 0.05;

/** The width of the picture, in characters. */
const width = 32;

/**
 * Where the time of a run went, as a waterfall: each part with its begin, its time and a bar where it lies in the whole.
 *
 * `spans` are in the order in which they began; inner kinds are indented.
 */
export function waterfall(spans: readonly Span[]): string {
  const first = Math.min(...spans.map(({ began }) => began));
  const last = Math.max(...spans.map(({ ended }) => ended));
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  const shown = spans.filter(({ began, ended }) => ended - began >= shortest * 1000);
  const rows = shown.map(({ name, kind, began, ended }) => [
    seconds(began - first),
    seconds(ended - began),
    bar((began - first) / (last - first), (ended - first) / (last - first)),
    `${"  ".repeat(spanKinds.indexOf(kind))}${name}`,
  ]);
  const left = spans.length - shown.length;
  const short =
    { 0: "", 1: `\n1 part took less than ${shortest} s` }[left] ??
    `\n${left} parts took less than ${shortest} s each`;
  return `${columns([["began", "took", "", "what"], ...rows])}${short}`;
}

/** A bar from one share of the width to another; the shortest has one character. */
function bar(from: number, to: number): string {
  const begin = Math.min(width - 1, Math.floor(from * width));
  const end = Math.max(begin + 1, Math.round(to * width));
  return "·".repeat(begin) + "█".repeat(end - begin) + "·".repeat(width - end);
}
