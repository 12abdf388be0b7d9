import type { CommandRun } from "./command-run.ts";
import type { BackupInput, BackupReceipt, DatabaseLock } from "./database.ts";

/** One run of the application's migrations. */
export interface MigrateInput extends CommandRun {
  readonly timeoutSeconds: number;
  /** The care taken of users' data; left out, the command runs and nothing else. */
  readonly care?: MigrateCare;
}

/** The care taken in a migration where users' data is. */
export interface MigrateCare {
  readonly lock: DatabaseLock;
  /** Prints the schema's revision; left out where a service migrates by itself at its start: nothing runs but the dump. */
  readonly current?: readonly string[];
  /** Prints the revisions that the command would apply. */
  readonly pending?: readonly string[];
  /** The revision of an empty database. */
  readonly base?: string;
  /** The revision that the command leads to, where it leads to one: nothing runs when the schema is there. */
  readonly target?: string;
  /** The dump that is taken before the command runs; with `always`, also when nothing is pending. */
  readonly backup?: Pick<BackupInput, "volume" | "release"> & { readonly always?: true };
  /** The facts of a schema that stays as it is; left out, the command runs. */
  readonly stays?: StayingSchema;
}

/** A schema that an earlier release finds as it is, asked with the image of the release that was gone back from. */
export interface StayingSchema {
  /** The revision that the records tell of. */
  readonly at?: string;
  /** The release that was gone back from, whose record says so. */
  readonly record: string;
  /** True when the earlier release is known to get along with it: by a person, or by the run that went back. */
  readonly accepted: boolean;
}

/** The results of a migration. */
export interface MigrateReceipt {
  readonly before?: string;
  readonly after?: string;
  readonly applied: readonly string[];
  readonly backup?: BackupReceipt;
}
