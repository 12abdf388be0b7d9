import type { ServiceDescription } from "../../../components/application/description.ts";
import { named, unneeded, type Key, type Row } from "./report.ts";
import type { ComposeService } from "./roles.ts";
import { entriesOf, type Value } from "./value.ts";

/** One key of a service, and what is known around it. */
export interface GivenKey extends Key {
  readonly value: Value;
  readonly service: ComposeService;
  readonly facts: KeyFacts;
}

/** What the keys of a service are decided with. */
export interface KeyFacts {
  /** The services' names in the description, by those in the file. */
  readonly names: ReadonlyMap<string, string>;
  readonly services: readonly ComposeService[];
  /** The port that the service listens on. */
  readonly port: number | undefined;
  /** The secrets of the file, by their names there, and what each is called here. */
  readonly secrets: ReadonlyMap<string, string>;
  /** The paths of secrets that the service's variables lead to. */
  readonly knownPaths: ReadonlySet<string>;
  /** The names that lead to other services in Compose, and nowhere here. */
  readonly hosts: ReadonlySet<string>;
  /** The volumes that services share, by their names in the file. */
  readonly volumes: ReadonlyMap<string, string>;
  /** What becomes of services that run once. */
  readonly once: ReadonlyMap<string, "migrations" | "job" | "release job">;
}

/** What becomes of a key. */
export interface MappedKey {
  readonly rows: readonly Row[];
  readonly fields?: Partial<ServiceDescription>;
}

/** Decides what becomes of a key. */
export type KeyRule = (given: GivenKey) => MappedKey;

/** What becomes of keys, by their names. */
export type KeyRules = Readonly<Record<string, KeyRule>>;

/** The rule of a key that nothing has to be done for. */
export function without(why: string): KeyRule {
  return (given) => ({ rows: [unneeded(given, why)] });
}

/** The rule of a key that a description cannot say. */
export function unsaid(meaning: string, todo: string): KeyRule {
  return (given) => ({ rows: [named(given, meaning, todo)] });
}

/** The rule of a map whose keys each have a rule of their own. */
export function inParts(rules: KeyRules, otherwise: KeyRule): KeyRule {
  return (given) => {
    const parts = entriesOf(given.value).map(([name, { place, value }]) =>
      ruleOf(rules, name, otherwise)({ ...given, place, value, path: `${given.path}.${name}` }),
    );
    return parts.length === 0 ? otherwise(given) : together(parts);
  };
}

/** The rule of a key in a table. */
export function ruleOf(rules: KeyRules, name: string, otherwise: KeyRule): KeyRule {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  return rule ?? (name.startsWith("x-") ? without("for people, or for other files") : otherwise);
}

/** The results of several keys as one. Both `tmpfs` and `volumes` may name folders that are in memory. */
export function together(all: readonly MappedKey[]): MappedKey {
  const fields = all.map((one) => one.fields ?? {});
  const tmpfs = [...new Set(fields.flatMap((one) => one.tmpfs ?? []))];
  return {
    rows: all.flatMap(({ rows }) => rows),
    fields: { ...(Object.assign({}, ...fields) as object), ...(tmpfs.length > 0 && { tmpfs }) },
  };
}
