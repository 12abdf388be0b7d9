import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath status` */
export function statusCommand(program: Command): void {
  program
    .command("status")
    .description("the environments of this project: release, health, address, age")
    .option(...json)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { status, statusInWords } = await import("./status.ts");
      await answer(json, async (progress) => status(progress, await openProject()), statusInWords);
    });
}
