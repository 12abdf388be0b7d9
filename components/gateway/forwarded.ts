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
