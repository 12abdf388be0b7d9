/** One path of an environment and the service that answers it. */
export interface SiteRoute {
  /** `/api/*`, `/*`, or one exact path. */
  readonly path: string;
  readonly service: string;
  readonly port: number;
  /** Where the service answers instead of in the release's container, as `host:port`. */
  readonly address?: string;
}

/** The port inside the gateway's container. */
export const gatewayPort = 8080;

/** What the gateway has to know of an environment, apart from the release. */
export interface SiteDescription {
  /** The environment's folder in the gateway is called so. */
  readonly name: string;
  /** Caddy's site address: `:8080` listens on that port for any name. */
  readonly address: string;
  /** In the order in which they are tried. */
  readonly routes: readonly SiteRoute[];
}

/**
 * The gateway's file for one environment.
 *
 * Which container a service is stands in a file of its own that is read at every request (a few microseconds, from
 * memory): loading a configuration closes the connections that clients keep open, and a request on its way at that moment
 * is lost (seen with Caddy 2.11.9: 4 of 1,000 requests at each load); renaming a link loses none.
 */
export function renderSite({ name, address, routes }: SiteDescription): string {
  return [
    `${address} {`,
    "\tencode zstd gzip",
    "\theader {",
    "\t\t-Server",
    "\t\tX-Content-Type-Options nosniff",
    "\t}",
    "\troute {",
    ...routes.flatMap(({ path, service, port, address }) => [
      `\t\thandle ${path} {`,
      `\t\t\treverse_proxy ${address ?? `{file./etc/caddy/sites/${name}/current/${service}}:${port}`}`,
      "\t\t}",
    ]),
    "\t}",
    "}",
    "",
  ].join("\n");
}
