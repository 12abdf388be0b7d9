import type { TypeName } from "libpg-query";
import { wordsOf } from "./sql-statements.ts";

/** What a change of a column's type does with the rows that are there. */
export type TypeChange = "keeps them" | "writes them anew" | "unknown";

/**
 * Tells whether a column's values stay as they are on disk: a longer `varchar`, or one without a limit, a `numeric` of more
 * digits before the point, a finer `timestamp`, an `inet` of a `cidr`.
 *
 * Where the type before is not known, a text type is `unknown`, because most such changes are of a `varchar`'s length.
 */
export function typeChange(
  from: TypeName | undefined,
  to: TypeName,
  { converts }: { converts: boolean },
): TypeChange {
  if (from === undefined)
    return isText(wordOf(to)) && !converts && !isArray(to) ? "unknown" : "writes them anew";
  if (isArray(from) || isArray(to))
    return sameAs(from, to) && isArray(from) && isArray(to) ? "keeps them" : "writes them anew";
  if (converts && !sameAs(from, to)) return "writes them anew";
  const [before, after] = [wordOf(from), wordOf(to)];
  const [limit, other] = [modifiersOf(from), modifiersOf(to)];
  const kept = ((): boolean => {
    if (sameAs(from, to)) return true;
    if (isText(before) && isText(after))
      return after === "text" || (limit[0] ?? Infinity) <= (other[0] ?? Infinity);
    if (before === "cidr" && after === "inet") return true;
    if (before !== after) return false;
    if (other.length === 0)
      return ["numeric", "varbit", "timestamp", "timestamptz", "time", "timetz"].includes(after);
    const [most = Infinity, scale = 0] = limit;
    const [room = Infinity, newScale = 0] = other;
    if (after === "numeric") return limit.length > 0 && newScale === scale && room >= most;
    if (after === "varbit") return room >= most;
    return /^(?:timestamp|time)(?:tz)?$/.test(after) && room >= (limit.length === 0 ? 6 : most);
  })();
  return kept ? "keeps them" : "writes them anew";
}

function sameAs(one: TypeName, other: TypeName): boolean {
  return wordOf(one) === wordOf(other) && modifiersOf(one).join() === modifiersOf(other).join();
}

function isText(word: string): boolean {
  return word === "varchar" || word === "text";
}

function isArray({ arrayBounds = [] }: TypeName): boolean {
  return arrayBounds.length > 0;
}

/** The name of a type, without its schema. */
export function wordOf({ names = [] }: TypeName): string {
  return wordsOf(names.at(-1));
}

function modifiersOf({ typmods = [] }: TypeName): number[] {
  return typmods.flatMap((one) =>
    "A_Const" in one && "ival" in one.A_Const ? [one.A_Const.ival.ival ?? 0] : [],
  );
}
