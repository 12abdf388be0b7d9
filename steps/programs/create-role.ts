import { identifier, literal, runSql } from "../database/databases.ts";
import { delivers } from "../delivered.ts";
import { runStep } from "../program.ts";

/** A role that has to be there, with a database of its own. */
export interface CreateRoleInput {
  readonly container: string;
  /** The role that may do everything, and needs no password inside the container. */
  readonly administrator: string;
  /** The role's name, and its database's. */
  readonly role: string;
  readonly password: string;
}

async function createRole({ role, password, ...server }: CreateRoleInput): Promise<object> {
  delivers([password]);
  // Its workers make databases of their own.
  await runSql(server, `CREATE ROLE ${identifier(role)} LOGIN CREATEDB PASSWORD ${literal(password)};\n`);
  await runSql(server, `CREATE DATABASE ${identifier(role)} OWNER ${identifier(role)};\n`);
  return { role };
}

await runStep(createRole);
