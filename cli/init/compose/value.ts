/** A file that values come from. Paths are those from the repository's root. */
export interface Source {
  readonly file: string;
  /** The folder that relative paths in there start from. */
  readonly base: string;
}

/** The place of a value or key. */
export interface Place {
  readonly source: Source;
  readonly line: number;
}

/** A variable that a text was filled in from, and where its value is from. */
export interface Use {
  readonly name: string;
  /** `given` by the shell or a `.env`; the text's own `default`, perhaps an empty one; or `nothing` at all. */
  readonly from: "given" | "default" | "empty default" | "nothing";
}

/** A plain value: what YAML reads, with its variables filled in. */
export interface Scalar {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  readonly uses: readonly Use[];
  /** The text without what variables gave: their defaults only. */
  readonly plain: string;
  readonly tag?: Tag;
}

/** A list of values. */
export interface List {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly Value[];
  readonly tag?: Tag;
}

/** A map of values by their keys. */
export interface Fields {
  readonly kind: "fields";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly tag?: Tag;
}

/** A value with the place of its key. */
export interface Entry {
  readonly place: Place;
  readonly value: Value;
}

export type Value = Scalar | List | Fields;

/** Compose's own tags: what is below is taken away, or put in the place of what stands there, when files are merged. */
export type Tag = "reset" | "override";

/** The place as messages show it: `compose.yaml:12`. */
export function shownPlace({ source, line }: Place): string {
  return `${source.file}:${line}`;
}

/** The text of a plain value; undefined for null, lists and maps. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;
}

/** True or false as Compose reads it; undefined for anything else. */
export function booleanOf(value: Value | undefined): boolean | undefined {
  const text = textOf(value)?.toLowerCase();
  if (text === "true") return true;
  return text === "false" ? false : undefined;
}

/** The texts of a list, or of a single plain value. */
export function textsOf(value: Value | undefined): string[] {
  if (value?.kind === "list") return value.items.flatMap((item) => textOf(item) ?? []);
  const text = textOf(value);
  return text === undefined ? [] : [text];
}

/** The value of a key; undefined where the map lacks it, or is none. */
export function fieldOf(value: Value | undefined, key: string): Value | undefined {
  return value?.kind === "fields" ? value.entries.get(key)?.value : undefined;
}

/** The entries of a map; none of anything else. */
export function entriesOf(value: Value | undefined): readonly (readonly [string, Entry])[] {
  return value?.kind === "fields" ? [...value.entries] : [];
}

/** The items of a list; a plain value or map is one item. */
export function itemsOf(value: Value): readonly Value[] {
  if (value.kind === "list") return value.items;
  return value.kind === "scalar" && value.value === null ? [] : [value];
}

/** A plain value at a place. */
export function scalar(place: Place, value: string | null, like?: Pick<Scalar, "uses" | "plain">): Scalar {
  return { kind: "scalar", place, value, uses: like?.uses ?? [], plain: like?.plain ?? value ?? "" };
}

/** A map at a place. */
export function fields(place: Place, entries: Iterable<readonly [string, Entry]>): Fields {
  return { kind: "fields", place, entries: new Map(entries) };
}
