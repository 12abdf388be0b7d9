import type { Command } from "commander";
import { answer, json } from "./terminal/answer.ts";

/** The commands that look at GitHub, beside the settings that say what should be there. */
export function addGithubCommands(program: Command): void {
  program
    .command("drift")
    .description("what is not as the last up left it: resources, and what people changed on GitHub by hand")
    .requiredOption("--stack <stack>", "staging, production or repository; any other stack too")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when nothing differs, else 1")
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { drift, driftInWords } = await import("./commands/drift.ts");
      const { exitCode } = await import("./problem.ts");
      await answer(
        json,
        async (progress) => {
          const found = await drift(stack, progress);
          if (found.differences.length > 0) process.exitCode = exitCode.failed;
          return found;
        },
        driftInWords,
      );
    });

  program
    .command("github")
    .description("what a repository has on GitHub")
    .command("import")
    .description("take over what is there: into the stack's settings and state; changes nothing on GitHub")
    .requiredOption("--stack <stack>", "repository, staging or production")
    .requiredOption("--repository <owner/name>", "the repository")
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean; stack: string; repository: string }) => {
      const { importGithub, importedInWords } = await import("./commands/github-import.ts");
      await answer(json, (progress) => importGithub(asked, progress), importedInWords);
    });

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
