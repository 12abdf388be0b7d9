import type { CreateRoleInput } from "../../components/contract/create-role.ts";
import { identifier, literal, runSql } from "../database/databases.ts";
import { delivers } from "../delivered.ts";
import { runStep } from "../program.ts";

async function createRole({ role, password, ...server }: CreateRoleInput): Promise<object> {
  delivers([password]);
  // Its workers make databases of their own.
  await runSql(server, `CREATE ROLE ${identifier(role)} LOGIN CREATEDB PASSWORD ${literal(password)};\n`);
  await runSql(server, `CREATE DATABASE ${identifier(role)} OWNER ${identifier(role)};\n`);
  return { role };
}

await runStep(createRole);
