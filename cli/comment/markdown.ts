/**
 * Text of others in GitHub's Markdown. All of it stands in code, where neither Markdown nor HTML, mentions nor references
 * mean anything; there is no second way to write a value.
 */

/** Characters that show nothing, or change the order of what is shown. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;

/** Marks that stand on the character before them: more than a few are there to cover other lines. */
const piledMarks = /(\p{M}{3})\p{M}+/gu;

/** A value in a line: `` `public.notes` ``. */
export function code(text: string, most = 200): string {
  const line = shown(shortened(text.replace(/\s+/g, " ").trim(), most)) || "(empty)";
  const fence = "`".repeat(longestRun(line) + 1);
  const space = /^`|`$/.test(line) ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** Lines as they are, in a block of their own. */
export function block(text: string, language = ""): string {
  const lines = text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => shown(line.replaceAll("\t", "    ")));
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${lines.join("\n")}\n${fence}`;
}

/** A value within HTML of ours, such as the summary of what is folded. */
export function codeInHtml(text: string, most = 100): string {
  const line = shown(shortened(text.replace(/\s+/g, " ").trim(), most));
  return `<code>${line.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`;
}

/** A link to an address of the web, or the address in code where it is none. */
export function link(address: string, words?: string): string {
  if (!isPlain(address)) return code(address);
  return words === undefined ? `<${address}>` : `[${words}](<${address}>)`;
}

/** A picture that leads to itself, or its address in code where that is none of the web. */
export function picture(address: string): string {
  return isPlain(address) ? `[![picture](<${address}>)](<${address}>)` : code(address);
}

function isPlain(address: string): boolean {
  return /^https?:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[\w./~%?=&+-]*)?(?:#[\w-]*)?$/i.test(address);
}

/** Something to unfold, below one line of ours. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** The first characters of a text. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a character would be an invisible one.
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")} …`;
}

/** The text with what cannot be seen made visible. */
function shown(text: string): string {
  return text
    .replace(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(piledMarks, "$1");
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
}
