import type { Site } from "./switch-route.ts";

/** The site of a wildcard certificate: names below the domain that no environment has. */
export interface WriteWildcardInput {
  readonly site: Site;
  readonly domain: string;
  /** Left out, the gateway's own authority issues one. */
  readonly given?: GivenCertificate;
}

/** A certificate that was issued elsewhere, in PEM. */
export interface GivenCertificate {
  readonly certificate: string;
  readonly key: string;
}
