import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath pull-request` */
export function pullRequestCommand(program: Command): void {
  program
    .command("pull-request")
    .description("do for a preview what the event of a workflow asks for")
    .option("--report <file>", "write what became of the preview here, for towpath comment --preview")
    .option(...json)
    .addHelpText("after", "\nThe event: GITHUB_EVENT_NAME, and its payload in the file GITHUB_EVENT_PATH")
    .action(async ({ json = false, report }: { json?: boolean; report?: string }) => {
      const { handlePullRequest, handledInWords } = await import("../preview/pull-request.ts");
      await answer(
        json,
        async (progress) => handlePullRequest(progress, await openProject(), report),
        handledInWords,
      );
    });
}
