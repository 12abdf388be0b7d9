import { usualRoutes } from "../describe.ts";
import { publishedPorts } from "./listening.ts";
import { commandText, isReadyMade, type ComposeService } from "./roles.ts";
import { entriesOf, fieldOf, textOf } from "./value.ts";

/** A service that listens, as routes are chosen for it. */
export interface Listening {
  readonly service: ComposeService;
  /** Its name in the description. */
  readonly name: string;
  readonly port: number;
}

/**
 * The paths that go to each service that users reach: those that publish a port, or that a gateway of the compose file leads to.
 * Labels of Traefik say which; otherwise the page has everything, an API `/api/*`, others their name.
 */
export function routesOf(
  listening: readonly Listening[],
  services: readonly ComposeService[],
): ReadonlyMap<string, readonly string[]> {
  const published = listening.filter(({ service }) => isReached(service, services));
  const built = published.filter(({ service }) => !isReadyMade(service));
  // What is no work of this repository is a tool beside it, such as a mail catcher, unless nothing else is there.
  const reached =
    built.length === 0
      ? published
      : published.filter((one) => built.includes(one) || labelled(one.service).length > 0);
  const free = reached.filter(({ service }) => labelled(service).length === 0);
  const routes = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const { service, name } of reached) {
    const own = reached.length === 1 ? ["/*"] : labelled(service);
    const usual = usualRoutes(
      { name, port: 1 },
      free.map((one) => ({ name: one.name, port: 1 })),
    );
    const paths = (own.length > 0 ? own : usual).filter((path) => !taken.has(path));
    for (const path of paths) taken.add(path);
    if (paths.length > 0) routes.set(name, paths);
  }
  return routes;
}

/** Tells whether users reach a service. */
function isReached(service: ComposeService, services: readonly ComposeService[]): boolean {
  if (publishedPorts(service.own).some(({ protocol }) => protocol === "tcp")) return true;
  if (labelled(service).length > 0) return true;
  const gateways = services.filter(({ role }) => role === "gateway");
  const behind = gateways.flatMap(({ own }) => entriesOf(fieldOf(own, "depends_on")).map(([name]) => name));
  return behind.includes(service.name);
}

/** The paths that labels of Traefik lead to a service. */
function labelled({ own }: ComposeService): string[] {
  const rules = entriesOf(fieldOf(own, "labels")).flatMap(([name, { value }]) =>
    /^traefik\.http\.routers\.[^.]+\.rule$/.test(name) ? [textOf(value) ?? ""] : [],
  );
  const paths = rules.flatMap((rule) => {
    const prefixes = [...rule.matchAll(/PathPrefix\(\s*[`'"]([^`'"]*)[`'"]/g)].map(
      ([, path = ""]) => `${path.replace(/\/$/, "")}/*`,
    );
    return prefixes.length > 0 ? prefixes : ["/*"];
  });
  return [...new Set(paths)].filter((path) => /^(?:\/[A-Za-z0-9._~@!$&'()+,;=:%-]+)*\/\*$/.test(path));
}

/** The commands that make buckets, such as `mc mb store/files`, and the buckets' names. */
export function madeBuckets(services: readonly ComposeService[]): string[] {
  return services
    .filter(({ role }) => role === "buckets")
    .flatMap(({ own }) =>
      [...commandText(own).matchAll(/\bmb\s+(?:-\S+\s+)*[\w$-]+\/([A-Za-z0-9.-]+)/g)].map(
        ([, bucket = ""]) => bucket,
      ),
    );
}
