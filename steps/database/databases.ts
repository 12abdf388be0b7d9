import type { AdministeredServer } from "../../components/contract/database.ts";
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

/** The schema of a database as SQL, a line each; without what differs from one dump to the next. */
export async function schemaOf(
  machine: Machine,
  { container, administrator }: AdministeredServer,
  database: string,
): Promise<string[]> {
  const dump = ["pg_dump", "--schema-only", "--username", administrator, "--dbname", database];
  const text = await machine.run(container, dump, { timeoutSeconds: 60 });
  return text.split("\n").filter((line) => line.trim() !== "" && !/^(?:--|\\(?:un)?restrict )/.test(line));
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
): Promise<string> {
  const client = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"];
  return machine.run(container, [...client, "--username", administrator, "--dbname", "postgres"], {
    input: sql,
  });
}

/** A name in SQL, quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, quoted. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
