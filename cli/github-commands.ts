import type { Command } from "commander";
import { answer, json } from "./answer.ts";

/** The commands that look at GitHub, beside the settings that say what should be there. */
export function addGithubCommands(program: Command): void {
  program
    .command("env")
    .description("variables and secrets in all places that have to know them")
    .command("check")
    .description("whether .env.example, the application, the settings and GitHub agree, and who lacks what")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when all agree, else 1")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { checkEnvironments, comparisonInWords } = await import("./commands/env-check.ts");
      const { exitCode } = await import("./problem.ts");
      await answer(
        json,
        async (progress) => {
          const found = await checkEnvironments(progress);
          if (found.differences.length > 0) process.exitCode = exitCode.failed;
          return found;
        },
        comparisonInWords,
      );
    });
}
