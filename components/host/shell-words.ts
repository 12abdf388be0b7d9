/**
 * A command as one text for a POSIX shell, each word quoted so that it arrives as it is.
 *
 * SSH hands a command to the user's login shell as text: nothing may be pasted into it.
 */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

/** Words that no shell changes. */
const plain = /^[A-Za-z0-9_@%+:,./-]+$/;
