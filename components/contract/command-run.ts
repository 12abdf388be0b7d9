import type { Limits } from "../settings/limits.ts";

/** The limits of a command that runs once and is gone: a migration, a look into an image, a dump. */
export interface RunLimits extends Pick<Limits, "memory" | "pids"> {
  /** The way to give it more memory. */
  readonly remedy: string;
}

/** One command of an image that runs by itself, with its connections. */
export interface CommandRun {
  readonly image: string;
  readonly network: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes a variable. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes the file `/run/secrets/<NAME>`, and that which `<NAME>_FILE` tells. */
  readonly files: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Those of Linux' capabilities that the command has, for good; left out, those that the engine gives. */
  readonly capabilities?: readonly string[];
  /** The resources that the command may use; left out, all. */
  readonly limits?: RunLimits;
  /** Folders of the project, and where the command sees them, read-only. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Volumes that the command shares with copies of the service, by their names, and where it sees them. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Its process, where it is not as the image says. */
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workingFolder?: string;
}
