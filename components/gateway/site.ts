/** One path of an environment and the copy that answers it. */
export interface SiteRoute {
  /** `/api/*`, `/*`, or one exact path. */
  readonly path: string;
  readonly host: string;
  readonly port: number;
}

/** Everything that the gateway has to know of an environment. */
export interface SiteDescription {
  /** Caddy's site address: `:8080` listens on that port for any name. */
  readonly address: string;
  /** In the order in which they are tried. */
  readonly routes: readonly SiteRoute[];
}

/** The gateway's file for one environment. */
export function renderSite({ address, routes }: SiteDescription): string {
  return [
    `${address} {`,
    "\tencode zstd gzip",
    "\theader {",
    "\t\t-Server",
    "\t\tX-Content-Type-Options nosniff",
    "\t}",
    "\troute {",
    ...routes.flatMap(({ path, host, port }) => [
      `\t\thandle ${path} {`,
      `\t\t\treverse_proxy ${host}:${port}`,
      "\t\t}",
    ]),
    "\t}",
    "}",
    "",
  ].join("\n");
}
