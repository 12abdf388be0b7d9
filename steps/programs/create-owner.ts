import type { CreateOwnerInput, OwnerReceipt } from "../../components/contract/create-owner.ts";
import { askSql, createRole, identifier, literal } from "../database/databases.ts";
import { giveDatabase } from "../database/ownership.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep } from "../program.ts";

/** One that is there gets the password, and keeps what it has; copies that are connected as the administrator go on. */
async function createOwner(
  { database, role, password, createsDatabases, ...server }: CreateOwnerInput,
  machine: Machine,
): Promise<OwnerReceipt> {
  delivers([password]);
  const rights = `LOGIN NOSUPERUSER NOCREATEROLE ${createsDatabases ? "CREATEDB" : "NOCREATEDB"}`;
  await askSql(
    machine,
    server,
    `${createRole(role)}
     ALTER ROLE ${identifier(role)} ${rights} PASSWORD ${literal(password)};\n`,
  );
  waitingFor(`the database ${database} becomes that of ${role}`);
  const given = await giveDatabase(machine, server, database, role);
  waitingFor(undefined);
  return { role, given };
}

await runStep(createOwner);
