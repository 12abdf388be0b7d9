/** The target of a request, as the gateway sees it, so that nothing else has to publish a port. */
export interface Target {
  readonly gateway: string;
  readonly host: string;
  readonly port: number;
  /** Asks over HTTPS for this site, and believes only its certificate. */
  readonly secure?: SecureSite;
}

/** A site that is reached over HTTPS. */
export interface SecureSite {
  /** The host name that the certificate is for. */
  readonly domain: string;
  /** `automatic`: a public authority's certificates. `internal`: the gateway's own authority. */
  readonly certificates: "automatic" | "internal";
}
