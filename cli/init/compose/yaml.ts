import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { filledIn, type Variables } from "./interpolation.ts";
import type { Entry, Fields, Place, Source, Tag, Value } from "./value.ts";
import { fields } from "./value.ts";

/** The most values in a file: anchors that hold each other make a small file endless. */
const mostValues = 20_000;

/** What a file holds, and what is wrong with it, a message each. */
export interface Parsed {
  readonly root: Fields;
  readonly problems: readonly string[];
}

/** Reads YAML with the lines of everything in it: anchors and merge keys are resolved, variables filled in. */
export function parseYaml(text: string, source: Source, variables: Variables): Parsed {
  const lines = new LineCounter();
  // Compose's tags are no errors, and read from the nodes.
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: "error" });
  const top: Place = { source, line: 1 };
  const errors = document.errors.map(
    ({ message, linePos, pos }) =>
      `${source.file}:${linePos?.[0].line ?? lines.linePos(pos[0]).line}: ${notYaml(message)}`,
  );
  if (errors.length > 0) return { root: fields(top, []), problems: errors.slice(0, 1) };
  const reader = new Reader(document, lines, source, variables);
  const root = reader.value(document.contents, "", top);
  const isEmpty = root.kind === "scalar" && root.value === null;
  if (root.kind === "fields") return { root, problems: reader.problems };
  const wrong = isEmpty ? [] : [`${source.file}:${root.place.line}: ${notAMap}`];
  return { root: fields(top, []), problems: [...reader.problems, ...wrong] };
}

/** Walks a document's nodes. */
class Reader {
  readonly problems: string[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #source: Source;
  readonly #variables: Variables;
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(document: Document, lines: LineCounter, source: Source, variables: Variables) {
    this.#document = document;
    this.#lines = lines;
    this.#source = source;
    this.#variables = variables;
  }

  value(node: unknown, path: string, near: Place): Value {
    if (isAlias(node))
      return this.#alias(node.resolve(this.#document), node.source, path, this.#place(node, near));
    const place = this.#place(node as Node | null, near);
    if (++this.#count > mostValues) {
      if (this.#count === mostValues + 1)
        this.problems.push(`${this.#source.file}:${place.line}: ${tooMany}`);
      return { kind: "scalar", place, value: null, uses: [], plain: "" };
    }
    if (isMap(node)) return { ...fields(place, this.#entries(node, path)), ...tagOf(node.tag) };
    if (isSeq(node))
      return {
        kind: "list",
        place,
        items: node.items.map((item, index) => this.value(item, `${path}[${index}]`, place)),
        ...tagOf(node.tag),
      };
    const read: unknown = isScalar(node) ? node.value : null;
    const tag = isScalar(node) ? tagOf(node.tag) : {};
    if (typeof read !== "string") {
      const plain = typeof read === "number" || typeof read === "boolean" ? read : null;
      // What was written is meant: 1.10 is a version, no number.
      const written = isScalar(node) && typeof plain === "number" ? (node.source ?? plain) : plain;
      return { kind: "scalar", place, value: written, uses: [], plain: String(written ?? ""), ...tag };
    }
    const filled = filledIn(read, this.#variables);
    this.problems.push(
      ...filled.problems.map((problem) => `${this.#source.file}:${place.line}: ${path}: ${problem}`),
    );
    return { kind: "scalar", place, value: filled.text, uses: filled.uses, plain: filled.plain, ...tag };
  }

  #alias(node: Node | undefined, name: string, path: string, place: Place): Value {
    const nothing: Value = { kind: "scalar", place, value: null, uses: [], plain: "" };
    if (node === undefined) return nothing;
    if (this.#open.has(node)) {
      this.problems.push(`${this.#source.file}:${place.line}: ${path}: ${ownAnchor(name)}`);
      return nothing;
    }
    this.#open.add(node);
    const value = this.value(node, path, place);
    this.#open.delete(node);
    return value;
  }

  /** A map's entries: those that it merges in first, so that its own win. */
  #entries(
    node: { readonly items: readonly { key: unknown; value: unknown }[] },
    path: string,
  ): Map<string, Entry> {
    const [merged, own] = [new Map<string, Entry>(), new Map<string, Entry>()];
    for (const { key, value } of node.items) {
      const place = this.#place(key as Node, { source: this.#source, line: 1 });
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
      if (name !== "<<") {
        own.set(name, { place, value: this.value(value, path === "" ? name : `${path}.${name}`, place) });
        continue;
      }
      const given = this.value(value, path, place);
      // Of several, the first wins.
      for (const map of given.kind === "list" ? given.items.toReversed() : [given])
        if (map.kind === "fields") for (const [one, entry] of map.entries) merged.set(one, entry);
    }
    return new Map([...merged, ...own]);
  }

  #place(node: Node | null | undefined, near: Place): Place {
    const start = node?.range?.[0];
    return start === undefined ? near : { source: this.#source, line: this.#lines.linePos(start).line };
  }
}

function tagOf(tag: string | undefined): { tag?: Tag } {
  const known = ({ "!reset": "reset", "!override": "override" } as const)[tag ?? ""];
  return known === undefined ? {} : { tag: known };
}

/** Says that a file is no YAML, in the parser's own words. */
export function notYaml(message: string): string {
  return `expected YAML, got "${(message.split("\n", 1)[0] ?? "").replace(/ at line \d+, column \d+:?$/, "")}"; mend the line`;
}

/** Says that a file holds a list or text. */
export const notAMap = "expected a compose file with services, got something else; name another file";

/** Says that an anchor stands within itself. */
export function ownAnchor(name: string): string {
  return `the anchor contains itself, got *${name}; write out what is meant`;
}

/** Says that a file is endless. */
export const tooMany = `expected at most ${mostValues} values, got more; write out what its anchors repeat`;
