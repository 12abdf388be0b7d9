import { shownPlace, type Fields, type Place } from "./value.ts";

/** The fate of a key: it is in the description or the settings; nothing has to be done for it; or a person has to. */
export type Outcome = "taken over" | "not needed" | "to do";

/** What became of one key of a compose file, or of a part of it. */
export interface Row {
  readonly file: string;
  readonly line: number;
  /** The key's path: `services.web.ports[0]`. */
  readonly key: string;
  readonly outcome: Outcome;
  /** What it became, or what it means here. */
  readonly meaning: string;
  /** What a person has to do. */
  readonly todo?: string;
}

/** A key of a compose file with its place. */
export interface Key {
  readonly place: Place;
  readonly path: string;
}

/** Says that a key is in the description, and as what. */
export function taken({ place, path }: Key, meaning: string): Row {
  return { file: place.source.file, line: place.line, key: path, outcome: "taken over", meaning };
}

/** Says why nothing has to be done for a key. */
export function unneeded({ place, path }: Key, meaning: string): Row {
  return { file: place.source.file, line: place.line, key: path, outcome: "not needed", meaning };
}

/** Says what a key that is not taken over means here, and what to do. */
export function named({ place, path }: Key, meaning: string, todo: string): Row {
  return { file: place.source.file, line: place.line, key: path, outcome: "to do", meaning, todo };
}

/** Maps of a service whose keys each mean something of their own. */
const inParts = ["build", "environment", "healthcheck", "deploy", "depends_on"];

/** The keys of the services, and of the file itself, that no row accounts for: `services.web.ports`, with their places. */
export function unaccounted(root: Fields, rows: readonly Row[]): string[] {
  const keys = rows.map(({ key }) => key);
  const has = (path: string): boolean =>
    keys.some((key) => key === path || key.startsWith(`${path}.`) || key.startsWith(`${path}[`));
  const whole = (path: string): boolean => keys.includes(path);
  return keysOf(root).flatMap(({ path, place, parts }) => {
    const isMissing =
      parts.length === 0 || whole(path) ? !has(path) : parts.some((part) => !has(`${path}.${part}`));
    return isMissing ? [`${shownPlace(place)}: ${path}`] : [];
  });
}

/** All keys of a file that have to be accounted for; of maps whose keys have a meaning each, those too. */
export function keysOf(root: Fields): (Key & { readonly parts: readonly string[] })[] {
  return [...root.entries].flatMap(([top, { place, value }]) => {
    if (top !== "services" || value.kind !== "fields") return [{ path: top, place, parts: [] }];
    return [...value.entries].flatMap(([name, service]) =>
      service.value.kind !== "fields"
        ? []
        : [...service.value.entries].map(([key, entry]) => ({
            path: `services.${name}.${key}`,
            place: entry.place,
            parts:
              inParts.includes(key) && entry.value.kind === "fields" ? [...entry.value.entries.keys()] : [],
          })),
    );
  });
}
