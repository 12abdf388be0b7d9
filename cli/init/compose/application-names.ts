import { ownParts } from "../../../components/naming/names.ts";
import { longestName, readableOf } from "../../../components/naming/namespace.ts";
import { connectionIn, storagePartNamed, type ServerHosts } from "./connection-texts.ts";
import { isServer, type ComposeService } from "./roles.ts";
import { madeBuckets } from "./routing.ts";
import { entriesOf, fieldOf, textOf, textsOf, type Fields } from "./value.ts";

/** The names of services and jobs in the description, by those in the file: Compose takes more. */
export function namesFor(
  services: readonly ComposeService[],
  isDescribed: (service: ComposeService) => boolean,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>(ownParts);
  for (const service of services) {
    if (!isDescribed(service) && service.role !== "once") continue;
    const name = free(readableOf(service.name, longestName) || "app", taken);
    taken.add(name);
    names.set(service.name, name);
  }
  return names;
}

function free(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    const numbered = `${readableOf(name, longestName - 1 - String(number).length)}-${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** The names under which others reach a service in Compose. */
export function hostNames({ name, own }: Pick<ComposeService, "name" | "own">): string[] {
  const aliases = entriesOf(fieldOf(own, "networks")).flatMap(([, { value }]) =>
    textsOf(fieldOf(value, "aliases")),
  );
  const others = ["container_name", "hostname"].flatMap((key) => textOf(fieldOf(own, key)) ?? []);
  return [...new Set([name, ...others, ...aliases])];
}

/** The names of the servers that Towpath brings. */
export function hostsOf(services: readonly ComposeService[], buckets: readonly string[]): ServerHosts {
  const linked = (name: string): string[] =>
    services.flatMap(({ own }) =>
      textsOf(fieldOf(own, "links")).flatMap((link) =>
        link.startsWith(`${name}:`) ? [link.slice(name.length + 1)] : [],
      ),
    );
  const of = (role: string): string[] =>
    services
      .filter((service) => service.role === role)
      .flatMap((service) => [...hostNames(service), ...linked(service.name)]);
  return {
    postgres: of("postgres"),
    redis: of("redis"),
    "object-storage": of("object-storage"),
    bucket: buckets[0] ?? "",
  };
}

/** The names of all other services, and whether they are taken over. */
export function otherHosts(
  services: readonly ComposeService[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, boolean> {
  return new Map(
    services
      .filter(({ role }) => !isServer(role))
      .flatMap((service) => hostNames(service).map((host) => [host, names.has(service.name)])),
  );
}

/** The buckets of the application: those that its commands make or its variables name; `files` where none is named. */
export function bucketsOf(services: readonly ComposeService[], names: ReadonlyMap<string, string>): string[] {
  if (!services.some(({ role }) => role === "object-storage")) return [];
  const taken: readonly string[] = [...ownParts, ...names.values()];
  const hosts = { ...hostsOf(services, []), bucket: "files" };
  const variables = services.filter(({ name }) => names.has(name)).flatMap(({ own }) => named(own, hosts));
  const all = [...madeBuckets(services), ...variables].map((bucket) => readableOf(bucket, longestName));
  const found = [...new Set(all)].filter((bucket) => bucket !== "" && !taken.includes(bucket));
  if (found.length > 0) return found;
  return [["files", "uploads", "objects"].find((name) => !taken.includes(name)) ?? "stored-files"];
}

function named(own: Fields, hosts: ServerHosts): string[] {
  const variables = entriesOf(fieldOf(own, "environment")).map(
    ([name, { value }]) => [name, textOf(value) ?? ""] as const,
  );
  const isConnected = variables.some(
    ([name, value]) => connectionIn(name, value, hosts)?.need === hosts.bucket,
  );
  if (!isConnected) return [];
  return variables.flatMap(([name, value]) =>
    storagePartNamed(name) === "name" && /^[\w.-]+$/.test(value) ? [value] : [],
  );
}
