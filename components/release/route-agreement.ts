import type { Site } from "../contract/switch-route.ts";
import { routeDifference, siteAnswer, siteQuestion } from "../gateway/served-site.ts";

/** The route that the last complete run of a stack left in the gateway: its output `route`. */
export interface LeftRoute {
  /** The route's short name, see `routeId`. */
  readonly serves: string;
  /** The time at which the gateway was first given this route, or last found to serve something else. */
  readonly since: string;
}

/** Runs a command where the gateway runs; undefined when the gateway cannot be asked. */
export type AskGateway = (gateway: string, command: readonly string[]) => Promise<string | undefined>;

/** The time since which state and gateway agree, and why that is now, where it is. */
export interface RouteAgreement {
  readonly since: string;
  readonly warning?: string;
}

/** The route that a stack's outputs speak of; undefined before the first one, and in a state of an earlier version. */
export function leftRoute(outputs: Readonly<Record<string, unknown>> | undefined): LeftRoute | undefined {
  const { serves, since } = (outputs?.route ?? {}) as Partial<LeftRoute>;
  return serves === undefined || since === undefined ? undefined : { serves, since };
}

/**
 * Compares what the gateway serves with what the last complete run left there.
 *
 * `since` is an input of the route, kept in the stack's outputs: it stays what it was as long as both agree, so that a run
 * without a change changes nothing, and is new after a run that was interrupted between its switch and its end, so that the
 * route is switched again whatever the settings say by now.
 */
export async function agreement(
  left: LeftRoute | undefined,
  site: Site,
  ask: AskGateway,
  now = new Date(),
): Promise<RouteAgreement> {
  if (left === undefined) return { since: now.toISOString() };
  const answer = await ask(site.gateway, siteQuestion(site));
  const difference = answer === undefined ? undefined : routeDifference(left.serves, siteAnswer(answer));
  if (difference === undefined) return { since: left.since };
  return { since: now.toISOString(), warning: `route: ${difference}; up switches again` };
}
