import type { Application } from "../application/application.ts";
import { factOf, targetOf, type ReferenceFacts } from "../application/references.ts";
import { pathOf, routeOf } from "../application/routes.ts";
import { onlyReads } from "../application/smoke-here.ts";
import { withFacts } from "../application/smoke-texts.ts";
import type { Expectation, ListedRequest } from "../contract/smoke-check.ts";
import { authorization } from "./admission.ts";
import { canaryCookie } from "./site.ts";

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
 * The paths of a domain that are answered during maintenance too: those that tell whether a service is well. A service's front page is
 * none of them: it is what users are asked to come back to.
 */
export function healthPaths(application: Application, domain?: string): string[] {
  const paths = Object.values(application.services).flatMap(({ health, routes }) =>
    health !== undefined && "path" in health && routes.length > 0 ? [pathOf(health.path)] : [],
  );
  const routed = paths.filter((path) => path !== "/" && routeOf(application, path, domain) !== undefined);
  return [...new Set(routed)].sort();
}

/** The application whose smoke checks hold what is known of their environment in the place of references to it. */
export function knowing(application: Application, facts: ReferenceFacts): Application {
  const lookup = (reference: string): string | undefined => {
    const target = targetOf(reference);
    return target !== undefined && "fact" in target ? factOf(facts, target) : undefined;
  };
  const smoke = application.smoke.map((check) => ("command" in check ? check : withFacts(check, lookup)));
  return { ...application, smoke };
}

/**
 * Returns the checks that are asked again and again after the switch: the smoke checks that only read, of both releases
 * during a canary, and 503 in maintenance.
 */
export function routeChecks(application: Application, state: RouteState): Expectation[] {
  const open = healthPaths(application);
  const checks = application.smoke.flatMap((check): Expectation[] => {
    if (!("path" in check)) return [];
    const { path } = check;
    if (state.maintenance && !open.includes(pathOf(path)))
      return path.includes("${") ? [] : [{ path, status: 503 }];
    return onlyReads(check) ? [check] : [];
  });
  return visitors(state).flatMap((headers) =>
    checks.map((check) => ({ ...check, headers: { ...check.headers, ...headers } })),
  );
}

/** Returns the checks that are asked once after the switch, in their order: those that do more than read, and other addresses. */
export function checksAfterwards(
  { smoke }: Pick<Application, "smoke">,
  { maintenance }: Pick<RouteState, "maintenance">,
): ListedRequest[] {
  if (maintenance) return [];
  return smoke.flatMap((check) => ("command" in check || onlyReads(check) ? [] : [check]));
}

/** The headers of those who ask through the gateway: of one for each release during a canary. */
export function visitors({
  canary,
  url,
  password,
}: Omit<RouteState, "maintenance">): Readonly<Record<string, string>>[] {
  const headers = {
    host: new URL(url).host,
    ...(password !== undefined && { authorization: authorization(password) }),
  };
  if (!canary) return [headers];
  return Object.values(drawn).map((number) => ({ ...headers, cookie: `${canaryCookie}=${number}` }));
}
