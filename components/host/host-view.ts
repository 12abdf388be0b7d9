import type { RunLimits } from "../contract/command-run.ts";
import type { Look, Printed } from "./isolated-run.ts";

/** The questions to a host before anything of a release is made. Nothing changes there but the images that it has. */
export interface HostView {
  /** Returns what a command prints where a copy runs; undefined when it fails there or takes too long, or nothing runs. */
  readonly run: (
    copy: string,
    command: readonly string[],
    timeoutSeconds?: number,
  ) => Promise<string | undefined>;
  /** Returns the restarts of those copies that end again and again, by their names. */
  readonly restarting: (copies: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Returns what a command of an image prints that reaches nothing and keeps nothing; the image is made present. */
  readonly look: (look: Look) => Promise<Printed>;
  /** Returns what a script answers that reaches whatever the machine reaches, and keeps nothing; the image is made present. */
  readonly ask: (script: AskingScript) => Promise<Printed>;
  /** Returns the text of a file in a volume. */
  readonly read: (
    file: VolumeFile,
  ) => Promise<{ readonly text: string } | { readonly problem: "absent" | "unreadable" }>;
}

/** A shell script with the programs of an image. */
export interface AskingScript {
  readonly image: string;
  readonly script: string;
  /** The script's standard input. Secrets take this way. */
  readonly input: string;
  readonly limits: RunLimits;
}

/** A file in a volume, and the image and limits for reading it. */
export interface VolumeFile {
  readonly volume: string;
  readonly path: string;
  readonly image: string;
  readonly limits: RunLimits;
}
