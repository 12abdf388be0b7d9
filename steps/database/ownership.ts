import type { AdministeredServer } from "../../components/contract/database.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { askSql, literal } from "./databases.ts";

/** The time that one object is waited for, in milliseconds: those who come after it wait as long. */
const lockMilliseconds = 1000;

/** The time after which it is given up, in milliseconds: a transaction that is open for so long is not one of a request. */
const patience = 120_000;

/** The catalogs of what can have another owner, with the word that `ALTER` knows it by. A part of a table goes with that. */
const owned = `SELECT 'pg_class'::regclass AS class, oid, relowner AS owner, CASE relkind WHEN 'S' THEN 'SEQUENCE'
    WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
  UNION ALL SELECT 'pg_type', oid, typowner, 'TYPE' FROM pg_type WHERE typtype IN ('d', 'e', 'r')
    OR typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c')
  UNION ALL SELECT 'pg_proc', oid, proowner, 'ROUTINE' FROM pg_proc
  UNION ALL SELECT 'pg_namespace', oid, nspowner, 'SCHEMA' FROM pg_namespace
  UNION ALL SELECT 'pg_collation', oid, collowner, 'COLLATION' FROM pg_collation
  UNION ALL SELECT 'pg_conversion', oid, conowner, 'CONVERSION' FROM pg_conversion
  UNION ALL SELECT 'pg_operator', oid, oprowner, 'OPERATOR' FROM pg_operator
  UNION ALL SELECT 'pg_opclass', oid, opcowner, 'OPERATOR CLASS' FROM pg_opclass
  UNION ALL SELECT 'pg_opfamily', oid, opfowner, 'OPERATOR FAMILY' FROM pg_opfamily
  UNION ALL SELECT 'pg_ts_dict', oid, dictowner, 'TEXT SEARCH DICTIONARY' FROM pg_ts_dict
  UNION ALL SELECT 'pg_ts_config', oid, cfgowner, 'TEXT SEARCH CONFIGURATION' FROM pg_ts_config
  UNION ALL SELECT 'pg_statistic_ext', oid, stxowner, 'STATISTICS' FROM pg_statistic_ext
  UNION ALL SELECT 'pg_publication', oid, pubowner, 'PUBLICATION' FROM pg_publication
  UNION ALL SELECT 'pg_largeobject', oid, lomowner, 'LARGE OBJECT' FROM pg_largeobject_metadata`;

/**
 * What is the administrator's own and not the server's: the first object after its own is 16384. The schema `public` is of either,
 * and a program may choose the number of a large object. What belongs to an extension stays with it, and the sequence of a column
 * goes with its table.
 */
const ofAdministrator = `FROM (${owned}) AS owned
  WHERE owner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND (oid >= 16384 OR kind = 'LARGE OBJECT' OR kind = 'SCHEMA' AND oid = to_regnamespace('public'))
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = class AND objid = owned.oid AND (deptype = 'e'
      OR kind = 'SEQUENCE' AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')))`;

/**
 * Makes a role the owner of a database, and of all in it that is the administrator's: each object by itself, so that nobody
 * waits longer than for one. A run that was cut off is gone on with by the next.
 *
 * @returns how many objects were given
 * @throws StepFailure when a transaction keeps one of them for too long
 */
export async function giveDatabase(
  machine: Machine,
  server: AdministeredServer,
  database: string,
  role: string,
): Promise<number> {
  const asked = await askSql(machine, server, `SELECT count(*) ${ofAdministrator};\n`, { database });
  const to = literal(role);
  const sql = `SET lock_timeout = ${lockMilliseconds};
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, ${to}) FROM pg_database
  WHERE datname = current_database() AND datdba <> (SELECT oid FROM pg_roles WHERE rolname = ${to}) \\gexec
SELECT format('ALTER %s %s OWNER TO %I', kind, (pg_identify_object(class, oid, 0)).identity, ${to})
${ofAdministrator} \\gexec
`;
  const end = Date.now() + patience;
  for (;;) {
    try {
      await askSql(machine, server, sql, { database, timeoutSeconds: patience / 1000 });
      return Number(asked[0]);
    } catch (error) {
      if (!(error instanceof StepFailure) || !/lock timeout|deadlock/i.test(error.message)) throw error;
      if (Date.now() > end) throw new StepFailure(kept(server, database, role));
    }
  }
}

/** Returns the role that a database belongs to. */
export async function ownerOf(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<string> {
  const sql = `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = ${literal(database)};\n`;
  const [owner] = await askSql(machine, server, sql);
  return owner ?? server.administrator;
}

function kept({ container, administrator }: AdministeredServer, database: string, role: string): string {
  const seeing = `docker exec ${container} psql --username ${administrator} --dbname ${database} --command 'SELECT pid, application_name, xact_start, query FROM pg_stat_activity ORDER BY xact_start'`;
  return `postgres: could not make ${role} the owner of all in ${database} within ${patience / 1000} s, got a lock that a transaction keeps; see which one by ${seeing}, end it, and run the command again`;
}
