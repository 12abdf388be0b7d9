import type { Variables } from "./interpolation.ts";
import { publishedPorts } from "./listening.ts";
import { isServer, type ComposeService } from "./roles.ts";
import { publishedServer } from "./server-keys.ts";
import { fieldOf, textsOf } from "./value.ts";

/** What the settings of local say besides. */
export interface LocalSettings {
  readonly ports?: Readonly<Record<string, number>>;
  readonly profiles?: readonly string[];
}

/** The gateway's own port. */
const gateway = 8080;

/** The settings of local that a compose file shows: the ports that it publishes, and the profiles that its variables switch on. */
export function localSettings(
  services: readonly ComposeService[],
  {
    names,
    described,
    routes,
    variables,
  }: {
    readonly names: ReadonlyMap<string, string>;
    readonly described: readonly ComposeService[];
    readonly routes: ReadonlyMap<string, readonly string[]>;
    readonly variables: Variables;
  },
): LocalSettings {
  const ports: Record<string, number> = {};
  for (const service of services) {
    const published = publishedPorts(service.own).filter(({ protocol }) => protocol === "tcp");
    const own = isServer(service.role)
      ? publishedServer({ role: service.role, ports: published })
      : ofService(service);
    if (own !== undefined && own[1] !== gateway && !Object.values(ports).includes(own[1]))
      ports[own[0]] = own[1];
  }
  const known = new Set(described.flatMap(({ own }) => textsOf(fieldOf(own, "profiles"))));
  const profiles = (variables.COMPOSE_PROFILES ?? "").split(",").filter((profile) => known.has(profile));
  return {
    ...(Object.keys(ports).length > 0 && { ports }),
    ...(profiles.length > 0 && { profiles }),
  };

  /** The page is where the gateway is. */
  function ofService(service: ComposeService): [string, number] | undefined {
    const name = described.includes(service) ? names.get(service.name) : undefined;
    const [first] = publishedPorts(service.own).filter(({ protocol }) => protocol === "tcp");
    if (name === undefined || first?.published === undefined || routes.get(name)?.includes("/*") === true)
      return undefined;
    return [name, first.published];
  }
}
