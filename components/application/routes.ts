import { show } from "../input/input-checks.ts";
import type { Application } from "./application.ts";

type Routed = Pick<Application, "services">;

/** One path of the application, and where the gateway sends it. */
export interface Route {
  /** `/api/*` for all below, or one exact path. */
  readonly path: string;
  readonly service: string;
  readonly port: number;
}

/** The problems of routes and health paths: no port to reach, or the same path twice. */
export function routeProblems({ services }: Routed): string[] {
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
    service.routes.forEach((path, index) => {
      const place = `services.${name}.routes[${index}]`;
      const owner = owners.get(path);
      if (owner === undefined) owners.set(path, place);
      else
        problems.push(
          `${place}: the same route as ${owner}, got ${show(path)}; give each path to one service`,
        );
    });
    return problems;
  });
}

/** The services that ports of a machine lead to, as the gateway answers for them. */
export function publishedServices(
  { services }: Routed,
  ports: Readonly<Record<string, number>>,
): (Omit<Route, "path"> & { readonly published: number })[] {
  return Object.entries(ports).flatMap(([service, published]) => {
    const port = services[service]?.port;
    return port === undefined ? [] : [{ service, port, published }];
  });
}

/**
 * Every route of the application in the order in which the gateway tries them.
 *
 * The longest match comes first: exact paths before `/*`, longer before shorter, and the alphabet where both agree, so
 * that the same application always gives the same file.
 */
export function routesInOrder({ services }: Routed): Route[] {
  const wild = (path: string): number => (path.endsWith("/*") ? 1 : 0);
  return Object.entries(services)
    .flatMap(([service, { port, routes }]) =>
      port === undefined ? [] : routes.map((path) => ({ path, service, port })),
    )
    .sort(
      (a, b) => wild(a.path) - wild(b.path) || b.path.length - a.path.length || (a.path < b.path ? -1 : 1),
    );
}

/** A path without its query, by which the gateway chooses. */
export function pathOf(pathAndQuery: string): string {
  return pathAndQuery.split("?", 1)[0] ?? "";
}

/** The route that the gateway chooses for a path; undefined when the application answers nothing there. */
export function routeOf(application: Routed, pathAndQuery: string): Route | undefined {
  const path = pathOf(pathAndQuery);
  return routesInOrder(application).find((route) =>
    route.path.endsWith("/*") ? path.startsWith(route.path.slice(0, -1)) : path === route.path,
  );
}
