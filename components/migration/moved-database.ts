import { InputError } from "../input/input-error.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";

/** The place of a database before a release and after it. */
export interface DatabasePlace {
  /** The newest record of the stack; left out for a first release. */
  readonly last: Pick<ReleaseRecord, "postgres" | "external"> | undefined;
  /** True when the settings name an external database. */
  readonly external: boolean;
  /** True when everyone is answered 503 afterwards. */
  readonly maintenance: boolean;
}

const guide = '"Moving the data" in docs/external-services.md';

/**
 * Refuses a release that would show users another database than the one with their data, on a server of Towpath's own or on an
 * external one. In maintenance there are no users: that is the time to move it.
 *
 * @throws InputError
 */
export function checkMovedDatabase({ last, external, maintenance }: DatabasePlace): void {
  if (last?.postgres === undefined || maintenance) return;
  const wasExternal = last.external?.includes("postgres") === true;
  if (wasExternal === external) return;
  throw new InputError([
    external
      ? `towpath:postgres.external: users' data is in the environment's own database, got an external one in its place; leave external out, or move the data in maintenance: see ${guide}`
      : `towpath:postgres.external: users' data is in an external database, got none, and an empty one would take its place; put external back, or move the data in maintenance: see ${guide}`,
  ]);
}
