import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath sweep` */
export function sweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("remove what is left of previews whose pull request is closed")
    .option("--dry-run", "only say what", false)
    .option(...json)
    .action(async ({ json = false, dryRun }: { json?: boolean; dryRun: boolean }) => {
      const { isSwept, sweepPreviews, sweptInWords } = await import("./sweep.ts");
      await answer(
        json,
        async (progress) => sweepPreviews(progress, { dryRun }, await openProject()),
        sweptInWords,
        isSwept,
      );
    });
}
