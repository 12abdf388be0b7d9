import type { Registration } from "./engine.ts";

/**
 * Returns what each of the plugins' resources waits for, by name; what follows from the rest is left out.
 *
 * A resource waits for what it depends on, and for what its component depends on.
 */
export function orderOf(registrations: readonly Registration[]): Record<string, string[]> {
  const byUrn = new Map(registrations.map((registration) => [registration.urn, registration]));
  const custom = (urn: string): boolean => byUrn.get(urn)?.custom === true;
  const waits = new Map<string, Set<string>>();
  const order: Record<string, string[]> = {};
  for (const { urn, name } of registrations.filter((registration) => registration.custom)) {
    const all = [...waitsOf(urn)].filter(custom);
    const implied = new Set(all.flatMap((other) => [...waitsOf(other)]));
    order[name] = all
      .filter((other) => !implied.has(other))
      .map((other) => byUrn.get(other)?.name ?? other)
      .sort();
  }
  return order;

  /** Everything that the engine makes before. */
  function waitsOf(urn: string): Set<string> {
    const known = waits.get(urn);
    if (known !== undefined) return known;
    const found = new Set<string>();
    waits.set(urn, found);
    const { parent = "", dependencies = [] } = byUrn.get(urn) ?? {};
    for (const other of [parent, ...dependencies].filter((direct) => direct !== "")) {
      found.add(other);
      for (const further of waitsOf(other)) found.add(further);
    }
    return found;
  }
}

/** The components and resources as an indented tree, sorted by name within a parent. */
export function treeOf(registrations: readonly Registration[]): string {
  const lines = (parent: string, indent: string): string[] =>
    registrations
      .filter((registration) => registration.parent === parent)
      .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
      .flatMap(({ urn, type, name }) => [`${indent}${name} ${type}`, ...lines(urn, `${indent}  `)]);
  return lines("", "").join("\n");
}
