import type { AlterTableCmd } from "libpg-query";
import type { Hazard } from "./hazards.ts";
import type { KnownSchema } from "./known-schema.ts";
import type { Finding, StatementLock } from "./migration-facts.ts";

/** A lock that a statement takes, and what a reviewer has to know of it where the table is large. */
export interface Taken extends StatementLock {
  readonly hazard?: Hazard;
  /** Why the work is done: `a DEFAULT that differs from row to row`. */
  readonly cause?: string;
  readonly fix?: string;
}

/** All that a statement does to others: its locks, and what else has to be known of it. */
export interface Effects {
  readonly locks: readonly Taken[];
  readonly findings?: readonly Finding[];
  /** True for a statement that the server refuses inside of a transaction. */
  readonly outsideOfTransaction?: boolean;
}

/** What a statement meets. */
export interface Surroundings {
  readonly known: KnownSchema;
  /** The server's major version. */
  readonly version: number;
}

/** One part of an ALTER TABLE. */
export interface Alteration extends Surroundings {
  readonly table: string;
  /** The column or constraint. */
  readonly name: string;
  readonly command: AlterTableCmd;
  /** The constraints that the same statement drops: it does so first. */
  readonly dropped: readonly string[];
}

/** A lock under which nothing but the catalog is read and written. */
export function brief(relation: string, mode: StatementLock["mode"]): Taken {
  return { relation, mode, work: "brief" };
}
