import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath status` */
export function statusCommand(program: Command): void {
  program
    .command("status")
    .description("the environments of this project: release, health, address, age; hosts are looked at")
    .option("--stack <stack>", "one of them, with all that is known of it")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack?: string }) => {
      const { isWell, status, statusInWords } = await import("./status.ts");
      await answer(
        json,
        async (progress) => status(progress, await openProject(), process.env, { stack }),
        (found) => statusInWords(found, { stack }),
        isWell,
      );
    });
}
