import type { AdministeredServer } from "./database.ts";

/** The database that a restore is about, and the names of those beside it. */
export interface RestoredDatabase extends AdministeredServer {
  readonly database: string;
  /** The stack, for messages. */
  readonly stack: string;
}

/** A look at the dumps of a database. */
export interface LookInput extends RestoredDatabase {
  readonly operation: "look";
  /** The volume that keeps the dumps. */
  readonly volume: string;
  /** The labels of what looks, which may need to be found again. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A dump that takes the database's place, or is tried: restored beside it, looked at, and dropped again. */
export interface PutInput extends Omit<LookInput, "operation"> {
  readonly operation: "put" | "try";
  /** The dump's name in the volume, and its size. */
  readonly file: string;
  readonly bytes: number;
  /** The time to wait for a migration, or a dump, to end, in seconds. */
  readonly waitSeconds: number;
}

/** What becomes of the database that was kept: it takes its place again, or goes. */
export interface KeptInput extends RestoredDatabase {
  readonly operation: "back" | "let go";
  /** The time to wait for a migration, or a dump, to end, in seconds. */
  readonly waitSeconds: number;
}

export type RestoreInput = LookInput | PutInput | KeptInput;

/** A dump in the volume. */
export interface FoundDump {
  readonly file: string;
  readonly bytes: number;
  /** The facts that were written down when it was taken, `<file>.json`; left out where there are none, or unreadable ones. */
  readonly facts?: { readonly why: string; readonly sha256: string; readonly bytes: number };
}

/** What a look finds. */
export interface LookReceipt {
  /** The newest first. */
  readonly dumps: readonly FoundDump[];
  /** The database that is kept from before a restore; left out where there is none. */
  readonly kept?: string;
}

/** What a database holds, as PostgreSQL estimates it. */
export interface Content {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

/** The proof of a dump that can be restored. */
export interface TriedReceipt {
  readonly file: string;
  readonly sha256: string;
  /** What the database holds, and what the dump does. */
  readonly before: Content;
  readonly after: Content;
  /** How many lines of the schema are other ones than those of the database. */
  readonly otherLines: number;
  readonly seconds: number;
}

/** The proof of a dump that has taken the database's place. */
export interface PutReceipt extends Omit<TriedReceipt, "otherLines"> {
  /** The database from before. */
  readonly kept: string;
  /** The time from when connections were cut until new ones got what was restored, in seconds. */
  readonly cutSeconds: number;
}

/** The proof of what became of the database that was kept. */
export interface KeptReceipt {
  readonly kept: string;
  readonly seconds: number;
}

/** The names of the databases beside one that is restored; `compared` is there while schemas are compared. */
export function besideNames(database: string): {
  readonly next: string;
  readonly compared: string;
  readonly kept: string;
} {
  return {
    next: `${database}_restoring`,
    compared: `${database}_comparing`,
    kept: `${database}_before_restore`,
  };
}
