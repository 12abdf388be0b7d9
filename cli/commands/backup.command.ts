import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath backup` */
export function backupCommand(program: Command): void {
  program
    .command("backup")
    .description("dump a stack's database on its host now, as before a migration")
    .requiredOption("--stack <stack>", "staging or production")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { backup, backupInWords } = await import("./backup.ts");
      await answer(json, async (progress) => backup(stack, progress, await openProject()), backupInWords);
    });
}
