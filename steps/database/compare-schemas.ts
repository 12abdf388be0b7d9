import type { AdministeredServer } from "../../components/contract/database.ts";
import { besideNames } from "../../components/contract/restore.ts";
import type { Machine } from "../machine/machine.ts";
import { copySchema, createDatabase, dropDatabase, schemaOf } from "./databases.ts";
import { giveDatabase } from "./ownership.ts";

/**
 * The lines of a database's schema, and of the one that was restored beside it, that the other lacks, whatever their order.
 *
 * PostgreSQL writes some expressions otherwise once they were restored: the check of a varchar with `IN ('a', 'b')`, for one.
 * What was restored was also given to its owner, which not all in place has to belong to. So where lines differ, the schema in
 * place goes the same way, into a database of its own, and that one is compared.
 */
export async function otherLines(
  machine: Machine,
  server: AdministeredServer,
  { database, owner }: { readonly database: string; readonly owner: string },
): Promise<string[]> {
  const { next, compared } = besideNames(database);
  const restored = await schemaOf(machine, server, next);
  const found = lacking(await schemaOf(machine, server, database), restored);
  if (found.length === 0) return [];
  // One of a killed run.
  await dropDatabase(machine, server, compared);
  await createDatabase(machine, server, compared, owner);
  try {
    await copySchema(machine, server, { from: database, to: compared });
    if (owner !== server.administrator) await giveDatabase(machine, server, compared, owner);
    return lacking(await schemaOf(machine, server, compared), restored);
  } finally {
    await dropDatabase(machine, server, compared);
  }
}

function lacking(now: readonly string[], then: readonly string[]): string[] {
  const [known, restored] = [new Set(now), new Set(then)];
  return [...now.filter((line) => !restored.has(line)), ...then.filter((line) => !known.has(line))];
}
