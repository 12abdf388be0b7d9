/** The same value with the keys of all maps in order, so that it is written in one way only. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    sortedEntries(value as Record<string, unknown>).map(([key, inner]) => [key, inOrder(inner)]),
  );
}

/** The entries of a map, by their keys. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
