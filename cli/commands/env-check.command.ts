import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath env check` */
export function envCheckCommand(program: Command): void {
  program
    .command("env")
    .description("variables and secrets in all places that have to know them")
    .command("check")
    .description("whether .env.example, the application, the settings and GitHub agree, and who lacks what")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when all agree, else 1")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { checkEnvironments, comparisonInWords } = await import("./env-check.ts");
      await answer(
        json,
        async (progress) => checkEnvironments(progress, await openProject()),
        comparisonInWords,
        ({ differences }) => differences.length === 0,
      );
    });
}
