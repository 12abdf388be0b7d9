import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath preview` */
export function previewCommand(program: Command): void {
  const preview = program.command("preview").description("the running copies of pull requests");
  preview
    .command("reset")
    .description("make the data of a preview new: npx towpath preview reset 12")
    .argument("<preview>", "the number of its pull request, or its stack")
    .option("--yes", "do not ask", false)
    .option(...json)
    .action(async (preview: string, { json = false, yes }: { json?: boolean; yes: boolean }) => {
      const { reset, resetInWords } = await import("../preview/reset.ts");
      const { question } = await import("../terminal/question.ts");
      await answer(
        json,
        async (progress) => reset(preview, { yes, ask: question(progress) }, progress, await openProject()),
        resetInWords,
      );
    });
}
