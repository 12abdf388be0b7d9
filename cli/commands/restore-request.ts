import type { RestoreInput } from "../../components/contract/restore.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import type { ProductionSettings } from "../../components/settings/production.ts";
import type { StagingSettings } from "../../components/settings/staging.ts";
import type { Agreeing } from "../terminal/agree.ts";

/** The database to put in place, or to let go, and whether the person has agreed. */
export interface RestoreRequest extends Agreeing {
  readonly stack: string;
  /** The dump's name in the volume; the newest good one, where it is left out. */
  readonly dump?: string | undefined;
  /** True to restore it beside the database, look at it, and drop it again. */
  readonly try?: boolean | undefined;
  /** True for the database from before a restore, in the place of what was restored. */
  readonly back?: boolean | undefined;
  /** True to drop the database from before a restore. */
  readonly letGo?: boolean | undefined;
  /** True for a dump of the storage elsewhere, which is brought back first. */
  readonly fromStorage?: boolean | undefined;
  /** True for the files of volumes and buckets, too, from the copy that the dump is in. */
  readonly volumes?: boolean | undefined;
  /** True to write them where there are files already. */
  readonly overwrite?: boolean | undefined;
  readonly yes: boolean;
  /** Asks the person; undefined where nobody can answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** A database on its host, and the way to work on it. */
export interface Scene {
  readonly stack: string;
  readonly settings: StagingSettings | ProductionSettings;
  readonly database: string;
  readonly volume: string;
  readonly connection: HostConnection;
  /** Runs the program that restores. */
  readonly step: (input: Partial<RestoreInput>, words: string) => Promise<object>;
}
