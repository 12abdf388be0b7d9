import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";

/** `towpath psql` */
export function psqlCommand(program: Command): void {
  program
    .command("psql")
    .description("psql on the local environment's database: npx towpath psql -c 'select 1'")
    .argument("[arguments...]", "psql's own arguments")
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { psql } = await import("./psql.ts");
      await pass(async (progress) => psql(progress, args, await openProject()));
    });
}
