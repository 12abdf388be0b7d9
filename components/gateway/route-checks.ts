import type { Application, Smoke } from "../application/application.ts";
import { pathOf, routeOf } from "../application/routes.ts";
import { authorization } from "./admission.ts";
import { canaryCookie } from "./site.ts";

/** One request through the gateway, and what has to come back. */
export interface RouteCheck extends Smoke {
  readonly headers?: Readonly<Record<string, string>>;
}

/** The state of the environment that changes what users get. */
export interface RouteState {
  readonly maintenance: boolean;
  readonly canary: boolean;
  /** The address of the environment for users. */
  readonly url: string;
  /** The password that visitors are asked for. */
  readonly password?: string;
}

/** Numbers that a client may have drawn: nothing is below the first one, and no share above the second. */
const drawn = { canary: "0", stable: "g" };

/**
 * The paths that are answered during maintenance too: those that tell whether a service is well. A service's front page is
 * none of them: it is what users are asked to come back to.
 */
export function healthPaths(application: Application): string[] {
  const paths = Object.values(application.services).flatMap(({ health, routes }) =>
    health !== undefined && "path" in health && routes.length > 0 ? [pathOf(health.path)] : [],
  );
  const routed = paths.filter((path) => path !== "/" && routeOf(application, path) !== undefined);
  return [...new Set(routed)].sort();
}

/** Returns the checks after the switch: the smoke checks, of both releases during a canary, and 503 in maintenance. */
export function routeChecks(
  application: Application,
  { maintenance, canary, url, password }: RouteState,
): RouteCheck[] {
  const open = healthPaths(application);
  const headers = {
    host: new URL(url).host,
    ...(password !== undefined && { authorization: authorization(password) }),
  };
  const checks = application.smoke.map((check) => ({
    ...(maintenance && !open.includes(pathOf(check.path)) ? { path: check.path, status: 503 } : check),
    headers,
  }));
  if (!canary) return checks;
  return Object.values(drawn).flatMap((number) =>
    checks.map((check) => ({ ...check, headers: { ...headers, cookie: `${canaryCookie}=${number}` } })),
  );
}
