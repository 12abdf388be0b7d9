import type { RunLimits } from "../contract/command-run.ts";
import type { Look, Printed } from "./isolated-run.ts";

/** What is asked of a host before anything of a release is made. Nothing changes there but the images that it has. */
export interface HostView {
  /** What a command prints where a copy runs; undefined when it fails there, or nothing runs. */
  readonly run: (copy: string, command: readonly string[]) => Promise<string | undefined>;
  /** How often those of the copies were started again that end again and again, by their names. */
  readonly restarting: (copies: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** What a command of an image prints that reaches nothing and keeps nothing; the image is made present. */
  readonly look: (look: Look) => Promise<Printed>;
  /** What a file in a volume says. */
  readonly read: (
    file: VolumeFile,
  ) => Promise<{ readonly text: string } | { readonly problem: "absent" | "unreadable" }>;
}

/** A file in a volume, and what it is looked at with. */
export interface VolumeFile {
  readonly volume: string;
  readonly path: string;
  readonly image: string;
  readonly limits: RunLimits;
}
