import { createInterface } from "node:readline/promises";
import type { Progress } from "./progress/progress.ts";

/** Asks a question that is answered by yes or no, no by default; undefined where nobody sits at a terminal. */
export function question(progress: Progress): ((text: string) => Promise<boolean>) | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (text) => {
    progress.stop();
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await lines.question(`${text} [y/N] `)).trim());
    } finally {
      lines.close();
    }
  };
}
