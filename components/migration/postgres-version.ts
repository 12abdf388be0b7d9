import type { Application } from "../application/application.ts";
import { InputError } from "../input/input-error.ts";

/** The volume of the data, and the version that made it. */
export interface PostgresData {
  readonly volume: string;
  /** The major version that the last record names. */
  readonly recorded: number | undefined;
  /** The major version that the volume itself names; asked for only when it matters. */
  readonly onDisk: () => Promise<number | undefined>;
}

const guide = '"Another major version of PostgreSQL" in docs/data.md';

/**
 * Refuses an application that would open a database with another major version than made it, or none at all.
 *
 * The volume has the last word, so that data which was moved by hand is accepted.
 *
 * @throws InputError
 */
export async function checkPostgresVersion(
  { postgres }: Pick<Application, "postgres">,
  { volume, recorded, onDisk }: PostgresData,
): Promise<void> {
  if (recorded === undefined || recorded === postgres?.version) return;
  const made = await onDisk();
  if (made === undefined || made === postgres?.version) return;
  throw new InputError([
    postgres === undefined
      ? `postgres: the volume ${volume} holds users' data, got an application without postgres; put postgres back, or see "What is protected" in docs/data.md`
      : `postgres.version: the volume ${volume} was made by PostgreSQL ${made}, which no other major version can open, got ${postgres.version}; keep ${made}, or move the data first: see ${guide}`,
  ]);
}
