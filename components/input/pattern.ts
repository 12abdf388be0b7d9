/** Tells whether a name fits a pattern: `*` stands for anything but `/`, and `**` for anything. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => (part === "*" ? "[^/]*" : part.startsWith("*") ? ".*" : escaped(part)))
    .join("");
  return new RegExp(`^${source}$`).test(name);
}

function escaped(text: string): string {
  return text.replace(/[.+?^$()[\]{}|\\]/g, "\\$&");
}
