/** Lines are broken beyond this width. */
const width = 100;

/** A value of texts, numbers, lists and maps as TypeScript writes it, as Prettier would lay it out. */
export function literal(value: unknown, indent = "", used = 0): string {
  const line = inOneLine(value);
  if (typeof value !== "object" || value === null) return line;
  const isOutermost = indent === "" && used === 0;
  if (!isOutermost && indent.length + used + line.length < width) return line;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => inner + literal(item, inner, 1))
    : Object.entries(value).map(([key, item]) => {
        const name = `${keyOf(key)}: `;
        return inner + name + literal(item, inner, name.length + 1);
      });
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.map((item) => `${item},\n`).join("")}${indent}${close}`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${inOneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function keyOf(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key);
}
