import type { EnvironmentName } from "../naming/namespace.ts";

/** The kinds of environments that an application runs in; `host` and `repository` are what several of them share. */
export type KindName = Exclude<EnvironmentName, "host" | "repository">;

/** The properties that all environments of a kind have in common, whatever their settings say. */
export interface Kind {
  /** The machines that its containers run on: this one, or others over SSH. */
  readonly hosts: "here" | "ssh";
  /**
   * The fate of its data: `kept` in volumes between runs, in the `memory` of its servers and lost with them, in
   * volumes but `thrown away` with the environment, or `protected` in volumes that no plan may delete. Where it is
   * protected, secrets are given unless a setting says otherwise; elsewhere they are generated.
   */
  readonly data: "kept" | "memory" | "thrown away" | "protected";
  /** The rights of its containers: `all` that the engine gives them, or `few`, within the limits of the settings. */
  readonly rights: "all" | "few";
  /** The users' access to it: on a port of this machine, by a `domain` over HTTPS, or none at all. */
  readonly route: "localhost" | "domain" | "none";
  /** True when search engines are told not to list it. */
  readonly hidden: boolean;
  /** True when a switch waits for requests under way: on one's own machine nobody waits for an open page. */
  readonly drains: boolean;
  /** The source of its images: built here, a commit's in the registry, or those that the stack before it proved. */
  readonly images: "built" | "commit" | "promoted";
  /** True when it keeps records of its releases, which a later one can go back to. */
  readonly records: boolean;
  /** True when its database is dumped, before a migration and at the times of a schedule. */
  readonly backups: boolean;
  /** True when jobs run there at the times of their schedules. */
  readonly schedules: boolean;
  /** True when people agree to a release, on GitHub or by signatures, and to a migration that takes something away. */
  readonly reviewed: boolean;
  /** The time that a new copy may take until it is healthy where no setting says it, in seconds. */
  readonly gateTimeoutSeconds: number;
}

/** The kinds of environments: the one place that tells them apart. */
// prettier-ignore
export const kinds = {
  local:      { hosts: "here", data: "kept",        rights: "all", route: "localhost", hidden: false, drains: false, images: "built",    records: false, backups: false, schedules: false, reviewed: false, gateTimeoutSeconds: 60 },
  ci:         { hosts: "here", data: "memory",      rights: "all", route: "none",      hidden: false, drains: false, images: "built",    records: false, backups: false, schedules: false, reviewed: false, gateTimeoutSeconds: 60 },
  preview:    { hosts: "ssh",  data: "thrown away", rights: "few", route: "domain",    hidden: true,  drains: false, images: "commit",   records: false, backups: false, schedules: false, reviewed: false, gateTimeoutSeconds: 120 },
  staging:    { hosts: "ssh",  data: "protected",   rights: "few", route: "domain",    hidden: false, drains: true,  images: "commit",   records: true,  backups: false, schedules: true, reviewed: false, gateTimeoutSeconds: 360 },
  production: { hosts: "ssh",  data: "protected",   rights: "few", route: "domain",    hidden: false, drains: true,  images: "promoted", records: true,  backups: true,  schedules: true, reviewed: true,  gateTimeoutSeconds: 240 },
} as const satisfies Record<KindName, Kind>;

/** The kind of an environment; undefined for what several environments share, and for none. */
export function kindOf(environment: EnvironmentName | undefined): Kind | undefined {
  const known: Partial<Record<EnvironmentName, Kind>> = kinds;
  return environment && known[environment];
}
