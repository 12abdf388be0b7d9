import { createInterface } from "node:readline/promises";
import type { Progress } from "./progress.ts";

/** One end of a terminal, or of something else. */
type End<T> = T & { readonly isTTY?: boolean };

/**
 * Asks a question that is answered by yes or no, no by default; undefined where nobody sits at a terminal.
 *
 * It is asked on standard error, and answered on standard input, unless others are given.
 */
export function question(
  ...at: Parameters<typeof openQuestion>
): ((text: string) => Promise<boolean>) | undefined {
  const ask = openQuestion(...at);
  return ask && (async (text) => /^y(es)?$/i.test(await ask(`${text} [y/N]`)));
}

/** Asks as `question` does, for a text as the answer; it comes without the spaces around it. */
export function openQuestion(
  progress: Pick<Progress, "stop">,
  input: End<NodeJS.ReadableStream> = process.stdin,
  output: End<NodeJS.WritableStream> = process.stderr,
): ((text: string) => Promise<string>) | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (text) => {
    progress.stop();
    const lines = createInterface({ input, output });
    try {
      return (await lines.question(`${text} `)).trim();
    } finally {
      lines.close();
    }
  };
}
