/** Lines of a Caddyfile within a block. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `\t${line}`);
}
