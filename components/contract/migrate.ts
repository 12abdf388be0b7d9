import type { CommandRun } from "./command-run.ts";
import type { BackupInput, BackupReceipt, DatabaseLock } from "./database.ts";

/** One run of the application's migrations. */
export interface MigrateInput extends CommandRun {
  readonly timeoutSeconds: number;
  /** How users' data is kept from harm; left out, the command runs and nothing else. */
  readonly care?: MigrateCare;
}

/** How a migration is done where users' data is. */
export interface MigrateCare {
  readonly lock: DatabaseLock;
  /** Prints the schema's revision. */
  readonly current: readonly string[];
  /** Prints the revisions that the command would apply. */
  readonly pending?: readonly string[];
  /** The revision of an empty database. */
  readonly base?: string;
  /** The revision that the command leads to, where it leads to one: nothing runs when the schema is there. */
  readonly target?: string;
  /** The dump that is taken before the command runs. */
  readonly backup?: Pick<BackupInput, "volume" | "release">;
  /** What is known of a schema that stays as it is; left out, the command runs. */
  readonly stays?: StayingSchema;
}

/** A schema that an earlier release finds as it is, asked with the image of the release that was gone back from. */
export interface StayingSchema {
  /** The revision that the records tell of. */
  readonly at?: string;
  /** The release that was gone back from, whose record says so. */
  readonly record: string;
  /** Whether it is known that the earlier release gets along with it: a person said so, or the run that went back has asked. */
  readonly accepted: boolean;
}

/** What a migration has done. */
export interface MigrateReceipt {
  readonly before?: string;
  readonly after?: string;
  readonly applied: readonly string[];
  readonly backup?: BackupReceipt;
}
