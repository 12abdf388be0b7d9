import { show, suggestion } from "../input/input-checks.ts";
import type { Application, DescribedRoute } from "./application.ts";

type Routed = Pick<Application, "services">;
type Described = Pick<Application, "services" | "domains" | "secrets">;

/** One path of the application, and where the gateway sends it. */
export interface Route extends DescribedRoute {
  readonly service: string;
  readonly port: number;
}

/** The routes of a service, those that are no more than a path, too. */
export function describedRoutes({
  routes,
}: Pick<Application["services"][string], "routes">): DescribedRoute[] {
  return routes.map((route) => (typeof route === "string" ? { path: route } : route));
}

/** A route in short, for people: its path, below its domain's label where it has one. */
export function routeInWords({ path, domain }: DescribedRoute): string {
  return domain === undefined ? path : `${domain}: ${path}`;
}

/** The problems of routes and health paths: no port to reach, a domain that is none, or the same path twice. */
export function routeProblems(application: Described): string[] {
  const { services, domains } = application;
  const owners = new Map<string, string>();
  return Object.entries(services).flatMap(([name, service]) => {
    const problems: string[] = [];
    const portless = service.port === undefined;
    if (portless && service.routes.length > 0) {
      problems.push(
        `services.${name}.routes: routes need a port, got none; add port, for example port: 8000`,
      );
    }
    if (portless && service.health !== undefined && "path" in service.health) {
      problems.push(
        `services.${name}.health.path: a health path needs a port, got none; add port, for example port: 8000, or use a health command`,
      );
    }
    describedRoutes(service).forEach((route, index) => {
      const place = `services.${name}.routes[${index}]`;
      const { path, domain } = route;
      if (domain !== undefined && !domains.includes(domain)) {
        const fix = domains.length > 0 ? suggestion(domain, domains) : `add domains: [${show(domain)}]`;
        problems.push(`${place}.domain: the application has no such domain, got ${show(domain)}; ${fix}`);
      }
      problems.push(...handlingProblems(application, name, { place, route }));
      const key = JSON.stringify([domain, path]);
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, place);
      else
        problems.push(
          `${place}: the same route as ${owner}, got ${show(service.routes[index])}; give each path to one service`,
        );
    });
    return problems;
  });
}

/** The problems of what the gateway does on a route. */
function handlingProblems(
  { services, secrets }: Described,
  service: string,
  {
    place,
    route: { path, stripPrefix, basicAuth },
  }: { readonly place: string; readonly route: DescribedRoute },
): string[] {
  const problems: string[] = [];
  if (stripPrefix === true && (!path.endsWith("/*") || path === "/*"))
    problems.push(
      `${place}.stripPrefix: expected a path with something before "/*", got ${show(path)}; remove stripPrefix, or take a path such as "/reports/*"`,
    );
  if (basicAuth === undefined) return problems;
  const { secret } = basicAuth;
  if (services[service]?.secrets.includes(secret) !== true)
    problems.push(
      `${place}.basicAuth.secret: the service has no such secret, got ${show(secret)}; add it to services.${service}.secrets`,
    );
  else if (secrets[secret]?.optional === true)
    problems.push(
      `${place}.basicAuth.secret: expected a secret that always has a value, got ${show(secret)}; remove secrets.${secret}.optional`,
    );
  return problems;
}

/** The path that a service is asked for by one of its route. */
export function pathAtService({ path, stripPrefix }: DescribedRoute, asked: string): string {
  return stripPrefix === true ? asked.slice(path.length - "/*".length) : asked;
}

/** The services that ports of a machine lead to, as the gateway answers for them. */
export function publishedServices(
  { services }: Routed,
  ports: Readonly<Record<string, number>>,
): (Pick<Route, "service" | "port"> & { readonly published: number })[] {
  return Object.entries(ports).flatMap(([service, published]) => {
    const port = services[service]?.port;
    return port === undefined ? [] : [{ service, port, published }];
  });
}

/**
 * Every route of the application in the order in which the gateway tries them, those of one domain after the other.
 *
 * The longest match comes first: exact paths before `/*`, longer before shorter, and the alphabet where both agree, so
 * that the same application always gives the same file.
 */
export function routesInOrder({ services }: Routed): Route[] {
  const wild = (path: string): number => (path.endsWith("/*") ? 1 : 0);
  const order = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);
  return Object.entries(services)
    .flatMap(([service, { port, routes }]) =>
      port === undefined ? [] : describedRoutes({ routes }).map((route) => ({ ...route, service, port })),
    )
    .sort(
      (a, b) =>
        order(a.domain ?? "", b.domain ?? "") ||
        wild(a.path) - wild(b.path) ||
        b.path.length - a.path.length ||
        order(a.path, b.path),
    );
}

/** The domains that answer something, by their labels, in the order of the alphabet. */
export function routedDomains(application: Routed): string[] {
  return [...new Set(routesInOrder(application).flatMap(({ domain }) => domain ?? []))];
}

/** A path without its query, by which the gateway chooses. */
export function pathOf(pathAndQuery: string): string {
  return pathAndQuery.split("?", 1)[0] ?? "";
}

/** The route that the gateway chooses for a path of a domain; undefined when the application answers nothing there. */
export function routeOf(application: Routed, pathAndQuery: string, domain?: string): Route | undefined {
  const path = pathOf(pathAndQuery);
  return routesInOrder(application).find(
    (route) =>
      route.domain === domain &&
      (route.path.endsWith("/*") ? path.startsWith(route.path.slice(0, -1)) : path === route.path),
  );
}
