import { blankOut } from "../../components/input/blank-out.mjs";
import type { CommentFacts } from "./facts.ts";

/** The fields that hold one of our own words, and nothing of others. */
const ownWords = new Set(["state", "change", "kind", "mode", "work", "hazard", "environment", "at", "since"]);

/** No value that is delivered holds one: it ends a string in C. */
const separator = "\u0000";

/** The facts with every secret value blanked out, wherever it stands. */
export function withoutSecrets({ secretValues = [], ...facts }: CommentFacts): CommentFacts {
  const texts: string[] = [];
  eachText(facts, (text) => {
    texts.push(text);
    return text;
  });
  // All at once: looking for the values in one text after the other takes seconds for thousands of them.
  const blanked = blankOut(texts.join(separator), secretValues).split(separator);
  let at = 0;
  return eachText(facts, () => blanked[at++] ?? "") as CommentFacts;
}

/** Returns a value with each text of others in it put through a function, always in the same order. */
function eachText(value: unknown, change: (text: string) => string, name = ""): unknown {
  if (typeof value === "string") return ownWords.has(name) ? value : change(value.replaceAll(separator, ""));
  if (Array.isArray(value)) return value.map((one) => eachText(one, change, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, eachText(inner, change, key)]));
}
