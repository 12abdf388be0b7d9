import type { Progress } from "../../../cli/terminal/progress.ts";

/** Progress that remembers all lines. */
export function recordedProgress(): Progress & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    say: (line) => lines.push(line),
    stop: () => undefined,
    step(text) {
      lines.push(`${text} …`);
      return {
        detail: (detail) => lines.push(`${text}: ${detail}`),
        done: () => lines.push(`${text} done`),
        failed: () => lines.push(`${text} failed`),
      };
    },
  };
}
