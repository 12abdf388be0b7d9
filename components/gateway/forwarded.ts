import type { Service } from "../application/application.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { describedRoutes } from "../application/routes.ts";

/** The address by which users reach a service: the environment's own, unless all routes are of further host names. */
export function addressOf(
  service: Pick<Service, "routes">,
  { url, domains = {} }: Pick<ReferenceFacts, "url" | "domains">,
): string {
  const labels = describedRoutes(service).map(({ domain }) => domain);
  const [label] = labels;
  return label === undefined || labels.includes(undefined) ? url : (domains[label]?.url ?? url);
}

/**
 * The headers with which the gateway passes on what a user asks of an environment's URL.
 *
 * Frameworks refuse other hosts (Django's ALLOWED_HOSTS, Rails' hosts) and send plain HTTP elsewhere (force_ssl): a check
 * that asks a copy has to ask as the gateway will.
 */
export function forwardedHeaders(url: string): Readonly<Record<string, string>> {
  const { host, protocol } = new URL(url);
  return { host, "x-forwarded-host": host, "x-forwarded-proto": protocol.replace(":", "") };
}
