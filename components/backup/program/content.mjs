/** What a database holds, counted: the same SQL beside a dump and where it was restored, so that the two can be compared. */

/**
 * What a database held.
 *
 * @typedef {object} Content
 * @property {string} schema the SHA-256 of the names and kinds of all that it has, see `schemaLines`
 * @property {number} bytes the size of its files, of which indexes are a part
 * @property {readonly string[]} roles the roles that its objects may belong to
 * @property {Readonly<Record<string, number>>} rows by table, with its schema, quoted as in SQL where that is needed; those that
 *   were emptied, written anew or dropped meanwhile are left out
 */

/** The schemas that are not the server's own. */
const own = "nspname !~ '^pg_' AND nspname <> 'information_schema'";

/**
 * A condition: an object is no part of an extension, which brings its own on another server, of whichever version is there.
 *
 * @param {string} catalog
 * @param {string} id
 */
function isNotOfExtension(catalog, id) {
  return `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${id} AND deptype = 'e')`;
}

/** The tables whose rows `pg_dump` takes: partitions, not what they are parts of, and nothing that is on another server. */
const tables = `pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind = 'r' AND ${own} AND ${isNotOfExtension("pg_class", "pg_class.oid")}`;

/**
 * A line for each thing that a schema has, in any order.
 *
 * Texts of views, defaults and checks are left out: PostgreSQL writes some of them otherwise once they were restored. So are the
 * names that it makes up itself for parts of others, what each new database has, and indexes that are not valid, as one that is
 * being built, which `pg_dump` leaves out.
 */
const schemaLines = `SELECT json_build_array('relation', nspname, pg_class.relname, pg_class.relkind, pg_class.relpersistence)
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace LEFT JOIN pg_index ON indexrelid = pg_class.oid
  WHERE ${own} AND indisvalid IS NOT FALSE AND ${isNotOfExtension("pg_class", "coalesce(indrelid, pg_class.oid)")};
SELECT json_build_array('column', nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef, attidentity)
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE ${own} AND relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND attnum > 0 AND NOT attisdropped
    AND ${isNotOfExtension("pg_class", "pg_class.oid")};
SELECT json_build_array('constraint', nspname, relname, conname, contype, convalidated)
  FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE ${own} AND contype <> 'n' AND conparentid = 0 AND ${isNotOfExtension("pg_class", "pg_class.oid")};
SELECT json_build_array('function', nspname, proname, pg_get_function_identity_arguments(pg_proc.oid),
    format_type(prorettype, NULL), md5(prosrc))
  FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
  WHERE ${own} AND ${isNotOfExtension("pg_proc", "pg_proc.oid")};
SELECT json_build_array('trigger', nspname, relname, tgname)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE ${own} AND NOT tgisinternal AND ${isNotOfExtension("pg_class", "pg_class.oid")};
SELECT json_build_array('policy', nspname, relname, polname, polcmd)
  FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE ${own} AND ${isNotOfExtension("pg_class", "pg_class.oid")};
SELECT json_build_array('type', nspname, typname, typtype,
    (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid))
  FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace
  WHERE ${own} AND typtype IN ('d', 'e', 'r') AND ${isNotOfExtension("pg_type", "pg_type.oid")};
SELECT json_build_array('schema', nspname) FROM pg_namespace
  WHERE ${own} AND nspname <> 'public' AND ${isNotOfExtension("pg_namespace", "pg_namespace.oid")};
SELECT json_build_array('extension', extname) FROM pg_extension WHERE extname <> 'plpgsql';
`;

/**
 * Prints a line of JSON for each table: a sequential read, which is what knowing the number of rows exactly takes.
 *
 * No table is locked before its turn: `pg_dump` would wait for whoever waits for that lock. One that was emptied, written anew or
 * dropped since the snapshot has no number that could be compared, and is left out.
 */
const rowLines = `\\set ON_ERROR_STOP off
\\set ON_ERROR_ROLLBACK on
SELECT format('SELECT %L || counted FROM (SELECT count(*) AS counted FROM ONLY %I.%I) AS one WHERE pg_relation_filenode(%s) = %s',
    to_json(format('%I.%I', nspname, relname))::text || ':', nspname, relname, pg_class.oid, relfilenode)
  FROM ${tables} ORDER BY nspname, relname
\\gexec
\\set ON_ERROR_ROLLBACK off
\\set ON_ERROR_STOP on
`;

/** The settings of a session that counts: no limit of the server's or the role's ends it, and types have their whole names. */
export const countingSession = `SET client_encoding = 'UTF8';
SET search_path = pg_catalog;
SET row_security = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
`;

/** What psql counts, into files of `/tmp`. It prints rows alone: `--quiet --no-align --tuples-only`. */
export const counting = `\\o /tmp/schema
${schemaLines}\\o /tmp/bytes
SELECT pg_database_size(current_database());
\\o /tmp/roles
SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles WHERE rolname !~ '^pg_';
\\o /tmp/rows
${rowLines}\\o
`;

/** Prints what was counted, as JSON on one line, in a shell. */
export const countedJson = `schema=$(LC_ALL=C sort /tmp/schema | sha256sum)
printf '{"schema":"%s","bytes":%s,"roles":%s,"rows":{%s}}' "\${schema%% *}" "$(cat /tmp/bytes)" "$(cat /tmp/roles)" "$(paste -s -d , /tmp/rows)"`;
