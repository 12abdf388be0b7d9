import { runInNewContext } from "node:vm";

/** What expressions of workflows know. */
export interface Context {
  readonly github: {
    readonly event: object;
    readonly repository: string;
    readonly ref_type: string;
    readonly ref_name: string;
  };
  readonly secrets: Readonly<Record<string, string>>;
  readonly hashFiles: (pattern: string) => string;
  readonly needs?: Readonly<Record<string, { readonly result: string } | undefined>>;
}

/** A text with its expressions filled in. */
function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = valueOf(expression, context, true);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  });
}

/** Texts with their expressions filled in. */
export function allFilled(
  texts: Readonly<Record<string, unknown>>,
  context: Context,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, filled(String(text), context)]),
  );
}

/** Tells whether a condition holds, where the steps before it went well or not. */
export function truth(condition: string, context: Context, well: boolean): boolean {
  const [, inner = condition] = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(condition) ?? [];
  const value = Boolean(valueOf(inner, context, well));
  // Without a word on how it went before, a condition is of what went well.
  return value && (well || /\b(?:always|failure|cancelled)\(\)/.test(inner));
}

/** The value of an expression: GitHub's are written as JavaScript's, but that what is not there is no error. */
function valueOf(expression: string, context: Context, well: boolean): unknown {
  const script = expression
    .split(/('(?:[^']|'')*')/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll(".", "?.")))
    .join("");
  return runInNewContext(`(${script})`, {
    ...context,
    ...{ always: () => true, failure: () => !well, success: () => well, cancelled: () => false },
    fromJSON: (text: string) => JSON.parse(text) as unknown,
    contains: (all: unknown[] | string, one: string) => all.includes(one),
    startsWith: (text: unknown, start: string) => typeof text === "string" && text.startsWith(start),
  });
}
