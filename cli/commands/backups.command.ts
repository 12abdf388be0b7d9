import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath backups` */
export function backupsCommand(program: Command): void {
  program
    .command("backups")
    .description("list the backups of a stack's database, when the next one is due, and what failed")
    .requiredOption("--stack <stack>", "production")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { backups, backupsInWords } = await import("./backups.ts");
      await answer(json, async (progress) => backups(stack, progress, await openProject()), backupsInWords);
    });
}
