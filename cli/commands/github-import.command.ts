import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath github import` */
export function githubImportCommand(program: Command): void {
  program
    .command("github")
    .description("what a repository has on GitHub")
    .command("import")
    .description("take over what is there: into the stack's settings and state; changes nothing on GitHub")
    .requiredOption("--stack <stack>", "repository, staging or production")
    .requiredOption("--repository <owner/name>", "the repository")
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean; stack: string; repository: string }) => {
      const { importGithub, importedInWords } = await import("./github-import.ts");
      await answer(
        json,
        async (progress) => importGithub(asked, progress, await openProject()),
        importedInWords,
      );
    });
}
