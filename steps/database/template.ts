import type { AdministeredServer } from "../../components/contract/database.ts";
import { templateNames } from "../../components/contract/template.ts";
import type { Machine } from "../machine/machine.ts";
import { askSql, createRole, identifier, literal } from "./databases.ts";

/** The lock of those who prepare a server: PostgreSQL refuses two at once. Any number that nothing else there uses. */
const preparing = "32773656075662441";

/**
 * Prepares a server on which each role is to reach the database of its own alone: whoever may sign in may connect to every
 * database else. The role that a template's content belongs to may do everything, and nobody signs in as it.
 */
export async function prepareTemplateServer(machine: Machine, server: AdministeredServer): Promise<void> {
  const { administrator } = server;
  const closed = ["postgres", "template1", administrator].map(identifier).join(", ");
  const { owner } = templateNames;
  await askSql(
    machine,
    server,
    `SELECT pg_advisory_lock(${preparing});
     REVOKE ALL ON DATABASE ${closed} FROM PUBLIC;
     ${createRole(owner, "SUPERUSER NOLOGIN")}\n`,
  );
}

/** Makes a database to which nobody but administrators can connect, from that template, with settings of the session. */
export async function createClosedDatabase(
  machine: Machine,
  server: AdministeredServer,
  database: string,
  from: string,
  settings = "",
): Promise<void> {
  const name = identifier(database);
  await askSql(
    machine,
    server,
    `${settings}CREATE DATABASE ${name} ${from} CONNECTION LIMIT 0;\nREVOKE ALL ON DATABASE ${name} FROM PUBLIC;\n`,
    { timeoutSeconds: copySeconds },
  );
}

/** The time that a copy within a server may take, in seconds. */
export const copySeconds = 3600;

/** Removes a template, in whatever state it is, whoever is connected to it. */
export async function dropTemplate(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<void> {
  const name = literal(database);
  await askSql(
    machine,
    server,
    `SELECT format('ALTER DATABASE %I IS_TEMPLATE false', datname) FROM pg_database WHERE datname = ${name} \\gexec
     DROP DATABASE IF EXISTS ${identifier(database)} WITH (FORCE);\n`,
    { timeoutSeconds: 300 },
  );
}

/** The size of a database in bytes; undefined where there is none of that name. */
export async function sizeOf(
  machine: Machine,
  server: AdministeredServer,
  database: string,
): Promise<number | undefined> {
  const [bytes] = await askSql(
    machine,
    server,
    `SELECT pg_database_size(oid) FROM pg_database WHERE datname = ${literal(database)};\n`,
  );
  return bytes === undefined ? undefined : Number(bytes);
}
