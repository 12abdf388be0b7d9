import type { CreateRoleInput } from "../../components/contract/create-role.ts";
import { identifier, literal, runSql } from "../database/databases.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

async function createRole({ role, password, ...server }: CreateRoleInput, machine: Machine): Promise<object> {
  delivers([password]);
  // Its workers make databases of their own.
  await runSql(
    machine,
    server,
    `CREATE ROLE ${identifier(role)} LOGIN CREATEDB PASSWORD ${literal(password)};\n`,
  );
  await runSql(machine, server, `CREATE DATABASE ${identifier(role)} OWNER ${identifier(role)};\n`);
  return { role };
}

await runStep(createRole);
