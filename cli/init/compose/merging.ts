import { fieldOf, textOf, type Entry, type Fields, type List, type Value } from "./value.ts";

/** Lists that a later file replaces; it adds to all others. */
const replaced = /^services\.[^.]+\.(?:command|entrypoint|healthcheck\.test)$/;

/** Lists whose items have a name, of which a later one replaces an earlier one. */
const named: Readonly<Record<string, (item: Value) => string | undefined>> = {
  volumes: (item) => targetOf(item, 1),
  devices: (item) => targetOf(item, 1),
  secrets: (item) => textOf(fieldOf(item, "target")) ?? textOf(fieldOf(item, "source")) ?? textOf(item),
  configs: (item) => textOf(fieldOf(item, "target")) ?? textOf(fieldOf(item, "source")) ?? textOf(item),
};

/**
 * Two maps as one, by Compose's rules: maps are merged, lists are added, and a later plain value wins; `!reset` takes away
 * and `!override` replaces.
 */
export function merged(earlier: Fields, later: Fields, path = ""): Fields {
  const entries = new Map<string, Entry>(earlier.entries);
  for (const [key, entry] of later.entries) {
    const here = path === "" ? key : `${path}.${key}`;
    const before = entries.get(key);
    if (entry.value.tag === "reset") entries.delete(key);
    else if (before === undefined || entry.value.tag === "override") entries.set(key, entry);
    else entries.set(key, { place: entry.place, value: both(before.value, entry.value, here) });
  }
  return { ...later, place: earlier.place, entries };
}

function both(earlier: Value, later: Value, path: string): Value {
  if (earlier.kind === "fields" && later.kind === "fields") return merged(earlier, later, path);
  if (earlier.kind === "list" && later.kind === "list" && !replaced.test(path))
    return added(earlier, later, path);
  // A key without a value takes nothing away from a map.
  return later.kind === "scalar" && later.value === null && earlier.kind !== "scalar" ? earlier : later;
}

function added(earlier: List, later: List, path: string): List {
  const key = path.split(".").at(-1) ?? "";
  const nameOf = (Object.hasOwn(named, key) ? named[key] : undefined) ?? ((item: Value) => shown(item));
  const items = new Map<string, Value>();
  for (const item of [...earlier.items, ...later.items]) items.set(nameOf(item) ?? shown(item), item);
  return { ...later, items: [...items.values()] };
}

/** The place in the container of `./app:/code:ro`, or of its long form. */
export function targetOf(item: Value, part: 0 | 1): string | undefined {
  const long = textOf(fieldOf(item, part === 1 ? "target" : "source"));
  if (long !== undefined || item.kind === "fields") return long;
  const parts = (textOf(item) ?? "").split(":");
  return parts.length === 1 ? (part === 1 ? parts[0] : undefined) : parts[part];
}

/** A value without the places of anything in it, to compare it by. */
export function shown(value: Value): string {
  return JSON.stringify(bare(value));
}

function bare(value: Value): unknown {
  if (value.kind === "scalar") return value.value === null ? null : String(value.value);
  if (value.kind === "list") return value.items.map(bare);
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, bare(entry.value)]));
}
