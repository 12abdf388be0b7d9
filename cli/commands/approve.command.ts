import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath approve` */
export function approveCommand(program: Command): void {
  program
    .command("approve")
    .description("approve the release that production would take, with your SSH key")
    .option("--stack <stack>", "production", "production")
    .option("--key <file>", "your key; the SSH agent's unless it is given")
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean; stack: string; key?: string }) => {
      const { approve, approvedInWords } = await import("./approve.ts");
      await answer(json, async (progress) => approve(asked, progress, await openProject()), approvedInWords);
    });
}
