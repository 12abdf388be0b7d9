import type { Application, Migrations } from "./application.ts";

/** The migrations that commands run; undefined where there are none, or a service runs them by itself at its start. */
export function byCommands(migrations: Application["migrations"]): Migrations | undefined {
  return migrations === undefined || "atStart" in migrations ? undefined : migrations;
}

/** The word that stands in a command for the revision of the schema. */
export const revisionWord = "{revision}";

/** The command for a schema at this revision. */
export function commandFrom(command: readonly string[], revision: string): string[] {
  return command.map((word) => word.replaceAll(revisionWord, revision));
}

/**
 * The revision that a `current` command printed: the first word of its line; undefined where no migration has run. Several heads
 * stand on a line each, and are one revision: `1a+2b`.
 */
export function revisionOf(printed: string): string | undefined {
  const heads = linesOf(printed).map((line) => line.split(/\s/, 1).join());
  return heads.length === 0 ? undefined : sorted(heads.join("+"));
}

/** Tells whether the text can be put into a command, perhaps a shell's: letters, digits, `_`, `.` and `-`; `+` between heads. */
export function isRevision(text: string): boolean {
  return /^[\w.-]+(?:\+[\w.-]+)*$/.test(text);
}

/** The revisions that a `pending` command printed, in the order in which they are applied. */
export function pendingOf(printed: string): string[] {
  return linesOf(printed).map(sorted);
}

/** The heads of a revision in one order, whatever the tool's is. */
function sorted(revision: string): string {
  return revision.split("+").sort().join("+");
}

function linesOf(printed: string): string[] {
  return printed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
