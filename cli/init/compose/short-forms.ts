import {
  fields,
  scalar,
  textOf,
  type Entry,
  type Fields,
  type Place,
  type Scalar,
  type Value,
} from "./value.ts";

/** The keys of a service whose list is a short form of a map, and what parts a name from its value. */
const maps: Readonly<Record<string, "=" | ":" | "none">> = {
  environment: "=",
  labels: "=",
  annotations: "=",
  sysctls: "=",
  extra_hosts: ":",
  depends_on: "none",
  networks: "none",
};

/** A service with Compose's short forms written out: maps where a list may stand, and lists where one text may. */
export function writtenOut(service: Fields): Fields {
  return fields(
    service.place,
    [...service.entries].map(([key, entry]) => [key, { ...entry, value: valueOf(key, entry.value) }]),
  );
}

function valueOf(key: string, value: Value): Value {
  const separator = Object.hasOwn(maps, key) ? maps[key] : undefined;
  if (separator !== undefined) return asMap(value, separator);
  if (key === "build") return build(value);
  if (key === "env_file" || key === "tmpfs" || key === "dns" || key === "dns_search") return asList(value);
  if (key === "extends" && textOf(value) !== undefined)
    return fields(value.place, [["service", { place: value.place, value }]]);
  return value;
}

function build(value: Value): Value {
  if (value.kind === "scalar") return fields(value.place, [["context", { place: value.place, value }]]);
  if (value.kind !== "fields") return value;
  return {
    ...value,
    entries: new Map(
      [...value.entries].map(([key, entry]) => [
        key,
        key === "args" || key === "labels" ? { ...entry, value: asMap(entry.value, "=") } : entry,
      ]),
    ),
  };
}

function asList(value: Value): Value {
  if (value.kind !== "scalar" || value.value === null) return value;
  return { kind: "list", place: value.place, items: [value], ...(value.tag && { tag: value.tag }) };
}

/** A list such as `["NAME=value"]` as a map. */
function asMap(value: Value, separator: "=" | ":" | "none"): Value {
  if (value.kind !== "list") return value;
  const entries = value.items.flatMap((item): [string, Entry][] => {
    if (item.kind !== "scalar" || item.value === null) return [];
    const { place } = item;
    if (separator === "none") return [[String(item.value), { place, value: scalar(place, null) }]];
    const [name, rest] = parted(String(item.value), separator);
    return [
      [name, { place, value: rest === undefined ? scalar(place, null) : restOf(item, rest, separator) }],
    ];
  });
  return { ...fields(value.place, entries), ...(value.tag && { tag: value.tag }) };
}

function restOf(item: Scalar, rest: string, separator: "=" | ":"): Scalar {
  return scalar(item.place, rest, { uses: item.uses, plain: parted(item.plain, separator)[1] ?? "" });
}

function parted(text: string, separator: "=" | ":"): [string, string | undefined] {
  // Compose takes both for extra hosts, and an address may hold colons.
  const at = text.search(separator === ":" ? /[=:]/ : /=/);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The place of a map's key, or of the map itself. */
export function placeOf(value: Fields, key: string): Place {
  return value.entries.get(key)?.place ?? value.place;
}
