/** The lock of a database, by which whoever migrates or dumps it keeps others out, as PostgreSQL is asked for it. */

/** The number of the lock: any will do that nothing else in the database uses. These are the letters `towpath`. */
const lockNumber = "32773656075662440";

/** Takes the lock for as long as the session lasts; false where another session has it. */
export const tryLock = `SELECT pg_try_advisory_lock(${lockNumber}::bigint)`;

/** The session that has the lock, in words. */
export const lockHolder =
  "SELECT coalesce((SELECT format('\"%s\" since %s (process %s of the server)', application_name, " +
  "to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"'), pid) " +
  "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1 " +
  `AND (classid::bigint << 32 | objid::bigint) = ${lockNumber}::bigint ` +
  "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1), 'nobody any more')";

/**
 * An expression that tells, from any database of the server, whether a session has the lock of that one.
 *
 * @param {string} database its name as a literal of SQL
 */
export function isLocked(database) {
  return (
    "EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database " +
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 " +
    `AND (classid::bigint << 32 | objid::bigint) = ${lockNumber}::bigint AND datname = ${database})`
  );
}
