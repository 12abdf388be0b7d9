import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath releases` */
export function releasesCommand(program: Command): void {
  program
    .command("releases")
    .description("what an environment released, newest first, and the runs that failed")
    .option("--stack <stack>", "staging or production", "production")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { releases, releasesInWords } = await import("./releases.ts");
      await answer(json, async (progress) => releases(stack, progress, await openProject()), releasesInWords);
    });
}
