/** Lines that only say where: frames of a trace, and what a runtime or a library adds below its error. */
const noise = [
  /^\s+(?:at|from) /,
  /^\s+File "/,
  /^\s*\^+\s*$/,
  /^Node\.js v\d/,
  /^\s*For further information visit /,
  /^\(Background on this error at: /,
  /^\s*$/,
];

/**
 * The error that a program ended with, out of all that it printed: the exception of a trace with what belongs to it, else
 * its last words.
 */
export function failureLine(printed: string): string {
  const lines = printed.split("\n").map((line) => line.trimEnd());
  const kept = lines.filter((line) => !noise.some((pattern) => pattern.test(line)));
  const trace = lines.findLastIndex((line) => line.startsWith("Traceback (most recent call last)"));
  if (trace >= 0) {
    // Frames are indented; the exception is not, and all that follows is its message.
    const exception = lines.findIndex((line, index) => index > trace && /^\S/.test(line));
    if (exception >= 0) return joined(kept.slice(kept.indexOf(lines[exception] ?? "")));
  }
  const error = kept.findLast((line) => /^(?:Uncaught )?[\w.:$]*(?:Error|Exception)\b.*:/.test(line));
  return error ?? kept.at(-1)?.trim() ?? "";
}

/** Longer messages say no more to a reader of a plan. */
const longest = 500;

function joined(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).join(" ");
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}
