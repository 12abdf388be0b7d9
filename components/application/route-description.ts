/** A route that is more than a path. */
export interface RouteDescription {
  /** The path: `/api/*` (all below), `/*` (all), or one exact path. */
  path: string;
  /** The label of the host name that it is of, one of `domains`. Left out, it is of the environment's own. */
  domain?: string;
  /** True to take off what stands before `/*` in its path: of `/reports/*`, the service is asked for `/daily` and not for `/reports/daily`. */
  stripPrefix?: boolean;
  /** The largest body of a request, in whole `KiB`, `MiB` or `GiB`: `10MiB`. Larger ones are answered 413. Left out, none is too large. */
  maxBodySize?: string;
  /** Headers of all answers, by name, in the place of the service's own: `{ "Cache-Control": "no-store" }`. */
  headers?: Record<string, string>;
  /** The user name and password that the gateway asks for, with 401, before the service is reached. Left out, it asks for none; in `local`, too. */
  basicAuth?: BasicAuthDescription;
}

/** A user name and a password. */
export interface BasicAuthDescription {
  /** The user name. */
  user: string;
  /** The secret that is the password, by name: one of the service's `secrets`. */
  secret: string;
}
