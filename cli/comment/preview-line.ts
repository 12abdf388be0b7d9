import type { PreviewFacts } from "./facts.ts";
import { isReleaseLine } from "./fork.ts";
import { code } from "./markdown.ts";
import { previewLine } from "./render.ts";

/** What stands between the lines of a comment that are seen at once. */
const between = "\n\n";

/** The start of the line on a preview that is gone. */
const goneLine = previewLine({ stack: "", state: "closed", address: undefined }, "").split(" · ")[0] ?? "";

/** Returns the line on the preview in a comment; undefined where it has none. */
function lineIn(text: string): string | undefined {
  const line = text.split(between)[1];
  return line !== undefined && /^\S+ \*\*Preview /.test(line) ? line : undefined;
}

/** Tells whether a comment says of a preview that it is there. */
export function hasPreview(text: string): boolean {
  return lineIn(text)?.startsWith(goneLine) === false;
}

/** The same comment once its preview is gone, and none waits for a maintainer. What merging does stays as it is. */
export function withPreviewGone(text: string, stack: string): string {
  const line = lineIn(text);
  const gone = previewLine({ stack, state: "closed", address: undefined }, "");
  return text
    .split(between)
    .map((part, at) => (at === 1 && part === line ? gone : part))
    .filter((part, at) => at > 2 || !isReleaseLine(part))
    .join(between);
}

/** The same comment with its preview as it is at that time; one without a line on it stays as it is. */
export function withPreview(text: string, preview: PreviewFacts, at: string): string {
  const line = lineIn(text);
  return line === undefined ? text : text.replace(line, () => previewLine(preview, at));
}

/** The same comment with these words below the line on its preview, in place of others. */
export function withPreviewWords(text: string, words: string): string {
  const line = lineIn(text);
  if (line === undefined) return text;
  return text.replace(line, () => `${line.split("<br>")[0] ?? ""}<br>${code(words, 300)}`);
}
