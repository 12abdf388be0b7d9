/** What a job printed, of which the end is kept. */

/** The number of lines that are kept of a run. */
export const lastLines = 20;

/** The longest that a line is kept, in characters. */
const longestLine = 500;

/**
 * The text in what the engine tells of a container without a terminal: frames of 8 bytes, of which the last four are the
 * length of what follows, see "Stream format" of Docker's API for attaching to a container.
 *
 * @param {import("node:buffer").Buffer} framed
 */
export function textIn(framed) {
  const parts = [];
  for (let at = 0; at + 8 <= framed.length;) {
    const length = framed.readUInt32BE(at + 4);
    parts.push(framed.toString("utf8", at + 8, at + 8 + length));
    at += 8 + length;
  }
  return parts.join("").replaceAll("\r\n", "\n");
}

/**
 * The lines that are kept of a text.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function keptLines(text) {
  const whole = text.trimEnd();
  if (whole === "") return [];
  return whole
    .split("\n")
    .slice(-lastLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
}
