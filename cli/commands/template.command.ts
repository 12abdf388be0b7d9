import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath template` */
export function templateCommand(program: Command): void {
  program
    .command("template")
    .description("the database that previews' own are cloned from")
    .command("refresh")
    .description("make it anew: a copy of staging's, masked and compared")
    .option(
      "--stack <stack>",
      "the stack of the previews' host; left out, that of Pulumi.preview.yaml, and nothing happens where it has no template",
    )
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack?: string }) => {
      const { refreshTemplate, refreshedInWords } = await import("./template.ts");
      await answer(
        json,
        async (progress) => refreshTemplate(stack, progress, await openProject()),
        refreshedInWords,
      );
    });
}
