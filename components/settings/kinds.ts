import type { EnvironmentName } from "../naming/namespace.ts";

/** The kinds of environments that an application runs in; `host` and `repository` are what several of them share. */
export type KindName = Exclude<EnvironmentName, "host" | "repository">;

/** What all environments of a kind have in common, whatever their settings say. */
export interface Kind {
  /** The machines that its containers run on: this one, or others over SSH. */
  readonly hosts: "here" | "ssh";
  /**
   * What becomes of its data: `kept` in volumes between runs, in the `memory` of its servers and lost with them, in volumes
   * but `thrown away` with the environment, or `protected` in volumes that no plan may delete. Where it is protected, a
   * migration is careful and secrets are given, not made.
   */
  readonly data: "kept" | "memory" | "thrown away" | "protected";
  /** What its containers may do: `all` that the engine lets them, or `few` things, within the limits that the settings set. */
  readonly rights: "all" | "few";
}

/** What each kind of environment is: the one place that tells them apart. */
export const kinds = {
  local: { hosts: "here", data: "kept", rights: "all" },
  ci: { hosts: "here", data: "memory", rights: "all" },
  preview: { hosts: "ssh", data: "thrown away", rights: "few" },
  staging: { hosts: "ssh", data: "protected", rights: "few" },
  production: { hosts: "ssh", data: "protected", rights: "few" },
} as const satisfies Record<KindName, Kind>;

/** The kind of an environment; undefined for what several environments share, and for none. */
export function kindOf(environment: EnvironmentName | undefined): Kind | undefined {
  const known: Partial<Record<EnvironmentName, Kind>> = kinds;
  return environment && known[environment];
}
