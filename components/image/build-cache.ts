import type { RegistryAccount } from "../host/registry-account.ts";

/**
 * The tags by which a registry keeps the layers of an image's last build: as it is released, and to its development target.
 * Those of branches end in a hash, so that no branch is called as one of these.
 */
export const buildCacheTags = { released: "build-cache", developed: "build-cache-dev" } as const;

/** The use that a build makes of layers in a registry. */
export interface BuildCache {
  /** Images whose layers are taken where nothing has changed: references by digest. One that cannot be had is left out. */
  readonly from: readonly string[];
  /** The address of their registry. */
  readonly registry: string;
  /** Who signs in there; left out, whoever the docker client's own configuration says. */
  readonly account?: RegistryAccount;
  /** True when the image says itself what its layers were built from, so that later builds can take them. */
  readonly leaves: boolean;
}
