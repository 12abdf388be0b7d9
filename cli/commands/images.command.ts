import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath images prune` */
export function imagesCommand(program: Command): void {
  program
    .command("images")
    .description("the images that ci published")
    .command("prune")
    .description("remove those that have expired and that no release record needs")
    .option("--dry-run", "only say which", false)
    .option(...json)
    .action(async ({ json = false, dryRun }: { json?: boolean; dryRun: boolean }) => {
      const { pruneImages, prunedInWords } = await import("./images.ts");
      await answer(
        json,
        async (progress) => pruneImages(progress, { dryRun }, await openProject()),
        prunedInWords,
      );
    });
}
