import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";
import { stackOption } from "../terminal/stack-option.ts";

/** `towpath psql` */
export function psqlCommand(program: Command): void {
  program
    .command("psql")
    .description("psql on an environment's database: npx towpath psql -c 'select 1'")
    .argument("[arguments...]", "psql's own arguments")
    .option(...stackOption)
    .option("--write", "let production be changed; without it, transactions are read-only there", false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[], { stack, write }: { stack: string; write: boolean }) => {
      const { psql } = await import("./psql.ts");
      await pass(async (progress) => psql({ stack, write, args }, progress, await openProject()));
    });
}
