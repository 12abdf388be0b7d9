import type { MeasuredOn } from "../contract/measure-migrations.ts";
import type { Hazard } from "./hazards.ts";
import type { LockMode } from "./lock-modes.ts";

/** The effects of pending migrations, statement by statement: read from the SQL, and measured where a database was there. */
export interface MigrationFacts {
  readonly statements: readonly StatementFacts[];
  /** Left out where nothing was measured. */
  readonly on?: MeasuredOn;
  /** The release that runs, tried on the schema after the migrations; left out where that showed nothing. */
  readonly oldRelease?: OldRelease;
  /** The reason that it is not known whether that release lives; left out where it is, or nobody tried. */
  readonly untried?: string;
}

/** One statement of a migration, or one revision where its tool prints no SQL. */
export interface StatementFacts {
  /** The revision that it belongs to, where the tool tells. */
  readonly revision?: string;
  /** On one line, without comments; the name of the revision where its tool prints no SQL. */
  readonly statement: string;
  /** All locks on tables that were there before, those that are held for a moment only as well. */
  readonly locks: readonly StatementLock[];
  readonly findings: readonly Finding[];
  /** Left out where nothing was measured. */
  readonly measured?: Measured;
}

/** A lock that a statement takes, as it is read from the SQL. */
export interface StatementLock {
  readonly relation: string;
  readonly mode: LockMode;
  /** `brief` where nothing but the catalog is read and written under it; else what is done with the table's rows meanwhile. */
  readonly work: "brief" | "reads every row" | "builds an index" | "writes every row" | "changes rows";
}

/** Something that a reviewer has to know of a statement. */
export interface Finding {
  readonly hazard: Hazard;
  /**
   * `data` is lost, others wait (`lock`), the release that runs misses something (`breaks`), the statement `fails` or does
   * not do what it says, its effect is `unknown`; a `note` is advice and no alarm.
   */
  readonly kind: "data" | "lock" | "breaks" | "fails" | "unknown" | "note";
  /** The table. */
  readonly relation?: string;
  /** The column that is lost. */
  readonly column?: string;
  /** The lock's mode. */
  readonly mode?: LockMode;
  /** What happens: `builds an index while nothing can be written to "orders"`. */
  readonly words: string;
  /** What to do instead. */
  readonly fix?: string;
  /** The rows that are lost, where they were counted. */
  readonly rows?: CountedRows;
}

/** A number of rows. */
export interface CountedRows {
  readonly rows: number;
  /** False for an estimate by the server's statistics. */
  readonly exact: boolean;
}

/** What a statement did on a database for nothing else. */
export interface Measured {
  readonly milliseconds: number;
  /** The strongest lock on each table that was there before; how long it was held, to the end of the transaction. */
  readonly locks: readonly {
    readonly relation: string;
    readonly mode: LockMode;
    readonly milliseconds: number;
  }[];
  /** The tables that were written anew. */
  readonly rewrites: readonly string[];
  /** The rows that it changed, where the server told. */
  readonly rows?: number;
  readonly walBytes?: number;
}

/** Whether the release that runs lives on the schema after the migrations. */
export interface OldRelease {
  readonly lives: boolean;
  /** What was asked, and what it answered; its last log lines where it does not live. */
  readonly words: string;
}
