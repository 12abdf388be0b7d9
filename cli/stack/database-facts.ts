import { askDocker } from "../../components/host/host-engine.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import type { CountedRows, Finding, StatementFacts } from "../../components/migration/migration-facts.ts";
import { accountTables } from "../../components/migration/row-changes.ts";
import type { TableSize, TableSizes } from "../../components/migration/table-sizes.ts";
import { Problem } from "../problem.ts";

/** A database on a host, which is only ever read here. */
export interface ReadDatabase {
  readonly connection: HostConnection;
  readonly container: string;
  readonly administrator: string;
  readonly database: string;
}

/** Nothing here may change anything, take long, or wait for a lock: users are there. */
const careful = "PGOPTIONS=-c default_transaction_read_only=on -c statement_timeout=2000 -c lock_timeout=500";

/** The time that a dump of the schema may take, in seconds. */
const dumpSeconds = 60;

/** Up to this number of rows, they are counted one by one. */
const countedRows = 1_000_000;

/** The SQL that makes the schema as it is, with the migration tool's own account of it. Throws a Problem. */
export async function schemaIn(database: ReadDatabase): Promise<string> {
  const dump = ["pg_dump", "--no-owner", "--no-privileges", "--lock-wait-timeout=2000"];
  const schema = await ran(database, [...dump, "--schema-only"], dumpSeconds);
  const there = (await ask(database, "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r'")).split("\n");
  const accounts = accountTables.filter((table) => there.includes(table));
  if (accounts.length === 0) return schema;
  const tables = accounts.map((table) => `--table=*."${table}"`);
  return `${schema}\n${await ran(database, [...dump, "--data-only", "--inserts", ...tables], dumpSeconds)}`;
}

/** The sizes of all tables by the server's statistics; a partitioned table has those of its partitions. */
export async function sizesIn(database: ReadDatabase): Promise<TableSizes> {
  const name = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END";
  const parts = "(SELECT p.relid FROM pg_partition_tree(c.oid) p WHERE p.isleaf UNION SELECT c.oid)";
  const rows = `(SELECT sum(l.reltuples) FROM pg_class l WHERE l.oid IN ${parts} AND l.reltuples >= 0 AND l.relkind <> 'p')`;
  const bytes = `(SELECT sum(pg_total_relation_size(l.oid)) FROM pg_class l WHERE l.oid IN ${parts})`;
  const printed = await ask(
    database,
    `SELECT coalesce(json_object_agg(${name}, json_build_object('rows', ${rows}, 'bytes', ${bytes})), '{}') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
  );
  const found = JSON.parse(printed) as Record<string, { rows: number | null; bytes: number }>;
  return new Map(
    Object.entries(found).map(([table, size]): [string, TableSize] => [
      table,
      { bytes: size.bytes, ...(size.rows !== null && { rows: size.rows }) },
    ]),
  );
}

/** Adds to what is lost how many rows there are: counted where that is quick, else by the server's statistics. */
export async function withLostRows(
  database: ReadDatabase,
  sizes: TableSizes,
  statements: readonly StatementFacts[],
): Promise<StatementFacts[]> {
  const counted: StatementFacts[] = [];
  for (const { findings, ...facts } of statements) {
    const told: Finding[] = [];
    for (const finding of findings) {
      const rows = finding.kind === "data" ? await lostRows(database, sizes, finding) : undefined;
      told.push(rows === undefined ? finding : { ...finding, rows });
    }
    counted.push({ ...facts, findings: told });
  }
  return counted;
}

/** The rows of a table, or those with a value in its column; undefined for what is not there. */
async function lostRows(
  database: ReadDatabase,
  sizes: TableSizes,
  { relation, column }: Finding,
): Promise<CountedRows | undefined> {
  const size = relation === undefined ? undefined : sizes.get(relation);
  if (relation === undefined || size === undefined) return undefined;
  const estimate = size.rows === undefined ? undefined : { rows: size.rows, exact: false };
  if ((size.rows ?? 0) > countedRows) return estimate;
  const table = relation.split(".").map(identifier).join(".");
  const what = column === undefined ? "*" : identifier(column);
  const { succeeded, stdout } = await psql(database, `SELECT count(${what}) FROM ${table}`);
  return succeeded ? { rows: Number(stdout.trim()), exact: true } : estimate;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function ask(database: ReadDatabase, sql: string): Promise<string> {
  const { succeeded, stdout, stderr } = await psql(database, sql);
  if (!succeeded) throw new Problem(unreadable(database, stderr));
  return stdout.trim();
}

function psql(database: ReadDatabase, sql: string): ReturnType<typeof askDocker> {
  const client = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only"];
  const { container, administrator, database: name } = database;
  return askDocker(database.connection, [
    ...["exec", "--env", careful, container, ...client, "--username", administrator, "--dbname", name],
    ...["--command", sql],
  ]);
}

async function ran(database: ReadDatabase, command: readonly string[], seconds: number): Promise<string> {
  const { connection, container, administrator, database: name } = database;
  const who = ["--username", administrator, "--dbname", name];
  const answer = await askDocker(connection, ["exec", container, ...command, ...who], seconds);
  if (!answer.succeeded) throw new Problem(unreadable(database, answer.stderr));
  return answer.stdout;
}

/** Says that a database tells nothing. */
export function unreadable({ connection, container }: ReadDatabase, said: string): string {
  return `migrations: the schema cannot be read from ${container} on ${connection.host}, got ${JSON.stringify(said.trim())}; is the database well, and nothing migrating?`;
}
