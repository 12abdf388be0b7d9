import { distance } from "fastest-levenshtein";
import type { z } from "zod";

import { InputError } from "./input-error.ts";

/** Longer values are cut in messages; enough to recognise what was written. */
const longestShown = 60;

/** The value as a message shows it: as JSON, cut when it is long, `nothing` when there is none. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const text = jsonOf(value) ?? kindOf(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** The value as JSON; undefined when it has none, as a function or a circle. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Returns the kind of a value, for messages that must not show the value itself because it may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  const kinds: Partial<Record<string, string>> = { string: "a text", object: "a map" };
  return kinds[typeof value] ?? `a ${typeof value}`;
}

/** The words of a schema's own errors. */
export interface CheckWords {
  error: (issue: { code?: string; input?: unknown }) => string | undefined;
}

/** The words of one check: `expected <what>, got <value>; <fix>`. */
export function expected(what: string, fix: string): CheckWords {
  return { error: (issue) => wordsUnlessKeys(issue, `expected ${what}, got ${show(issue.input)}; ${fix}`) };
}

/** Returns the words of `expected` for values that may be a secret: only their kind is shown. */
export function expectedUnshown(what: string, fix: string): CheckWords {
  return { error: (issue) => wordsUnlessKeys(issue, `expected ${what}, got ${kindOf(issue.input)}; ${fix}`) };
}

/**
 * The words for a map whose `field` says which of several kinds it is, such as a secret's source.
 *
 * The input itself is not shown: people put a secret's value where its source belongs.
 */
export function expectedKind(field: string, kinds: readonly string[], fix: string): CheckWords {
  return {
    error: ({ code, input }) => {
      const given =
        typeof input === "object" && input !== null ? (input as Record<string, unknown>)[field] : input;
      const meant = typeof given === "string" ? nearest(given, kinds) : undefined;
      const choice = `${kinds.slice(0, -1).join(", ")} or ${String(kinds.at(-1))}`;
      const repair = meant === undefined ? fix : `did you mean "${meant}"`;
      return wordsUnlessKeys({ code }, `expected the ${field} ${choice}, got ${kindOf(given)}; ${repair}`);
    },
  };
}

/** Unknown keys are reported one by one by `parseInput`, and refused names of entries by the names' own schema. */
function wordsUnlessKeys(issue: { code?: string | undefined }, text: string): string | undefined {
  return issue.code === "unrecognized_keys" || issue.code === "invalid_key" ? undefined : text;
}

/**
 * The known name that was probably meant, if there is one.
 *
 * It begins with what was written (`prod` means `production`), or at most two letters are wrong, or a third of a longer
 * name, but never all of it: `fiels` means `files`, and `db` does not mean `web`.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const begun = [...known].filter((candidate) => name.length > 2 && candidate.startsWith(name));
  if (begun.length === 1) return begun[0];
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (changes < fewest && changes < Math.min(name.length, candidate.length)) {
      best = candidate;
      fewest = changes;
    }
  }
  return best;
}

/** `did you mean "x"` when a known name is near, else `known are a, b, c`. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? `known are ${[...known].sort().join(", ")}` : `did you mean "${meant}"`;
}

/** A place in the input as people write it: `services.api.needs[1]`. */
export function place(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}

/** The words for the problems of one kind of input. */
export interface InputWords {
  /** The reference page that the input is described on. */
  page: string;
  /** The text before every path, such as `towpath:`. */
  prefix: string;
  /** The path of the input as a whole, such as `application`. */
  whole: string;
  /** Returns the words for a key that is not known: all that follows `<path>: `. */
  unknownKey: (key: string, known: readonly string[], path: readonly PropertyKey[]) => string;
}

/**
 * The input, checked and filled in by a schema.
 *
 * Throws an InputError that names every problem, in the schema's order.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  words: InputWords,
): z.output<Schema> {
  const result = schema.safeParse(input, {
    error: (issue) =>
      // Zod says which keys are unknown, but not which ones would be known: the schema at that place does.
      issue.code === "unrecognized_keys"
        ? JSON.stringify(keysOf(issue.inst))
        : fallbackMessage(issue, words.page),
  });
  if (result.success) return result.data;

  const problems = result.error.issues.flatMap(ofItsForm).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      const where = issue.path.length === 0 ? words.whole : `${words.prefix}${place(issue.path)}`;
      return [`${where}: ${issue.message}`];
    }
    const known = JSON.parse(issue.message) as string[];
    return issue.keys.map(
      (key) => `${words.prefix}${place([...issue.path, key])}: ${words.unknownKey(key, known, issue.path)}`,
    );
  });
  // Two checks of one value have the same words.
  throw new InputError([...new Set(problems)]);
}

/** The words for a value of none of several forms, where its schema has none. */
const another = "expected another value";

/** The problems of a value that may have several forms, such as a text or a map, by the form that it has; else by the first. */
function ofItsForm(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || !issue.message.startsWith(another)) return [issue];
  const isOther = ({ code, path }: z.core.$ZodIssue): boolean => code === "invalid_type" && path.length === 0;
  const found = issue.errors.find((problems) => !problems.some(isOther)) ?? issue.errors[0];
  return found?.map((problem) => ({ ...problem, path: [...issue.path, ...problem.path] })) ?? [issue];
}

/** The keys that an object's schema knows. */
function keysOf(schema: unknown): readonly string[] {
  return Object.keys((schema as z.ZodObject).shape);
}

/** Returns the words where a schema has none: a list, map or plain value of the wrong kind, or a name refused. */
function fallbackMessage(issue: z.core.$ZodRawIssue, page: string): string {
  // The name of an entry: its own schema has said what is wrong with it.
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "expected another name";
  const nouns: Partial<Record<string, string>> = {
    object: "a map",
    record: "a map",
    array: "a list",
    string: "a text",
    boolean: "true or false",
  };
  const noun = issue.code === "invalid_type" ? nouns[issue.expected] : undefined;
  return `${noun === undefined ? another : `expected ${noun}`}, got ${kindOf(issue.input)}; see ${page}`;
}
