import { canaryShare } from "./site.ts";

/** The gateway's part of a release: the containers of each routed service, and the state of the environment. */
export interface ReleaseFiles {
  /** The names of the copies that most clients get, by service. */
  readonly stable: Readonly<Record<string, readonly string[]>>;
  /** A release beside it. */
  readonly canary?: CanaryFiles;
  /** True when everyone is asked to come back later. */
  readonly maintenance: boolean;
}

/** A release beside another one. */
export interface CanaryFiles {
  /** The names of its copies, by service. */
  readonly containers: Readonly<Record<string, readonly string[]>>;
  /** The percentage of clients that it serves: 1 to 99. */
  readonly weight: number;
}

/**
 * The texts that the gateway reads at every request, by their paths in the release's folder.
 *
 * Without a canary its paths lead to the stable copies, so that a request which was sent there a moment ago arrives.
 */
export function releaseFiles({ stable, canary, maintenance }: ReleaseFiles): Record<string, string> {
  return {
    share: canaryShare(canary?.weight ?? 0),
    maintenance: maintenance ? "on" : "off",
    ...copies("stable", stable),
    ...copies("canary", canary?.containers ?? stable),
  };
}

function copies(track: string, services: ReleaseFiles["stable"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services).flatMap(([service, containers]) =>
      containers.map((container, copy) => [`${track}/${service}/${copy}`, container] as const),
    ),
  );
}
