import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";
import type { BackupsRequest } from "./backups.ts";

/** `towpath backups` */
export function backupsCommand(program: Command): void {
  program
    .command("backups")
    .description(
      "list the backups of a stack's database, when the next one is due, which was proven, and what failed",
    )
    .requiredOption("--stack <stack>", "production")
    .option("--drill", "first restore the newest one on the host to prove it, and wait for that", false)
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean } & BackupsRequest) => {
      const { backups, backupsInWords } = await import("./backups.ts");
      await answer(json, async (progress) => backups(asked, progress, await openProject()), backupsInWords);
    });
}
