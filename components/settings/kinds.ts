import type { EnvironmentName } from "../naming/namespace.ts";

/** The kinds of environments that an application runs in; `host` and `repository` are what several of them share. */
export type KindName = Exclude<EnvironmentName, "host" | "repository">;

/** What all environments of a kind have in common, whatever their settings say. */
export interface Kind {
  /** The machines that its containers run on: this one, or others over SSH. */
  readonly hosts: "here" | "ssh";
  /**
   * What becomes of its data: `kept` in volumes between runs, in the `memory` of its servers and lost with them, in volumes
   * but `thrown away` with the environment, or `protected` in volumes that no plan may delete. Where it is protected,
   * secrets are given unless a setting says otherwise; elsewhere they are generated.
   */
  readonly data: "kept" | "memory" | "thrown away" | "protected";
  /** What its containers may do: `all` that the engine lets them, or `few` things, within the limits that the settings set. */
  readonly rights: "all" | "few";
  /** How users reach it: on a port of this machine, by a `domain` over HTTPS, or not at all. */
  readonly route: "localhost" | "domain" | "none";
  /** Whether a switch waits for requests under way: on one's own machine nobody waits for an open page. */
  readonly drains: boolean;
  /** Whether its database is dumped before a migration. */
  readonly backups: boolean;
}

/** What each kind of environment is: the one place that tells them apart. */
// prettier-ignore
export const kinds = {
  local:      { hosts: "here", data: "kept",        rights: "all", route: "localhost", drains: false, backups: false },
  ci:         { hosts: "here", data: "memory",      rights: "all", route: "none",      drains: false, backups: false },
  preview:    { hosts: "ssh",  data: "thrown away", rights: "few", route: "domain",    drains: false, backups: false },
  staging:    { hosts: "ssh",  data: "protected",   rights: "few", route: "domain",    drains: true,  backups: false },
  production: { hosts: "ssh",  data: "protected",   rights: "few", route: "domain",    drains: true,  backups: true  },
} as const satisfies Record<KindName, Kind>;

/** The kind of an environment; undefined for what several environments share, and for none. */
export function kindOf(environment: EnvironmentName | undefined): Kind | undefined {
  const known: Partial<Record<EnvironmentName, Kind>> = kinds;
  return environment && known[environment];
}
