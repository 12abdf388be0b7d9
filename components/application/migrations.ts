/** The word that stands in a command for the revision of the schema. */
export const revisionWord = "{revision}";

/** The command for a schema at this revision. */
export function commandFrom(command: readonly string[], revision: string): string[] {
  return command.map((word) => word.replaceAll(revisionWord, revision));
}

/** The revision that a `current` command printed; undefined where no migration has run. */
export function revisionOf(printed: string): string | undefined {
  return /\S+/.exec(printed)?.[0];
}

/** Tells whether the text can be put into a command, perhaps a shell's: letters, digits, `_`, `.` and `-`. */
export function isRevision(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}

/** The revisions that a `pending` command printed, in the order in which they are applied. */
export function pendingOf(printed: string): string[] {
  return printed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
