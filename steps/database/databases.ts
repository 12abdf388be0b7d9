import type { AdministeredServer } from "../../components/contract/database.ts";
import { defined } from "../../components/input/defined.ts";
import type { Machine } from "../machine/machine.ts";

/** Makes a database that belongs to the role, with nothing in it. */
export async function createDatabase(
  machine: Machine,
  server: AdministeredServer,
  database: string,
  owner: string,
): Promise<void> {
  await runSql(machine, server, `CREATE DATABASE ${identifier(database)} OWNER ${identifier(owner)};\n`);
}

/** Removes a database, whoever is connected to it. */
export async function dropDatabase(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<void> {
  await runSql(machine, server, `DROP DATABASE IF EXISTS ${identifier(database)} WITH (FORCE);\n`);
}

/** The time that a schema without rows may take to be dumped or restored, in seconds. */
const schemaSeconds = 60;

/** The schema of a database as SQL, a line each; without what differs from one dump to the next. */
export async function schemaOf(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<string[]> {
  const text = await schemaDump(machine, server, database);
  return text.split("\n").filter((line) => line.trim() !== "" && !/^(?:--|\\(?:un)?restrict )/.test(line));
}

/** Gives an empty database the schema of another one, without its rows. */
export async function copySchema(
  machine: Machine,
  server: AdministeredServer,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const sql = await schemaDump(machine, server, from);
  await runSql(machine, server, sql, { database: to, timeoutSeconds: schemaSeconds });
}

function schemaDump(
  machine: Machine,
  { container, administrator }: AdministeredServer,
  database: string,
): Promise<string> {
  const dump = ["pg_dump", "--schema-only", "--username", administrator, "--dbname", database];
  return machine.run(container, dump, { timeoutSeconds: schemaSeconds });
}

/**
 * Runs SQL as the administrator, from where the server runs.
 *
 * It goes to standard input, where no process list shows a password in it.
 */
export function runSql(
  machine: Machine,
  { container, administrator }: AdministeredServer,
  sql: string,
  { database = "postgres", timeoutSeconds }: Omit<SqlCall, "role"> = {},
): Promise<string> {
  const client = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"];
  return machine.run(container, [...client, "--username", administrator, "--dbname", database], {
    input: sql,
    ...defined({ timeoutSeconds }),
  });
}

/** The manner in which SQL is run. */
export interface SqlCall {
  /** The database; that of the server's own administration when it is left out. */
  readonly database?: string;
  /** The time that it may take, in seconds; 30 by default. */
  readonly timeoutSeconds?: number;
  /** The role in whose name it is run; the administrator's own when it is left out. */
  readonly role?: string;
}

/**
 * Runs SQL as the administrator, and returns the lines that it answers, with `|` between the columns. What fails says so
 * in one line, without the rows that it is about.
 */
export async function askSql(
  machine: Machine,
  { container, administrator }: AdministeredServer,
  sql: string,
  { database = "postgres", timeoutSeconds, role }: SqlCall = {},
): Promise<readonly string[]> {
  const client = ["psql", "--quiet", "--no-psqlrc", "--no-align", "--tuples-only"];
  const settings = ["--set", "ON_ERROR_STOP=1", "--set", "VERBOSITY=terse"];
  const answer = await machine.run(
    container,
    [...client, ...settings, "--username", administrator, "--dbname", database],
    {
      input: role === undefined ? sql : `SET ROLE ${identifier(role)};\n${sql}`,
      ...defined({ timeoutSeconds }),
    },
  );
  return answer.split("\n").filter((line) => line !== "");
}

/** SQL for psql that makes a role with these attributes, unless there is one of that name. */
export function createRole(role: string, attributes = ""): string {
  const create = literal(`CREATE ROLE ${identifier(role)} ${attributes}`.trim());
  return `SELECT ${create} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(role)}) \\gexec`;
}

/** A name in SQL, quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, quoted. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
