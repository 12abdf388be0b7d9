import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath destroy` */
export function destroyCommand(program: Command): void {
  program
    .command("destroy")
    .description("remove the local environment with its data")
    .option(...json)
    .option("--yes", "do not ask", false)
    .option("--by-labels", "without Pulumi and its state, for a state that cannot be opened", false)
    .action(async ({ json = false, ...settings }: { json?: boolean; yes: boolean; byLabels: boolean }) => {
      const { destroy, destroyedInWords } = await import("./destroy.ts");
      const { question } = await import("../terminal/question.ts");
      await answer(
        json,
        async (progress) => destroy(progress, { ...settings, ask: question(progress) }, await openProject()),
        destroyedInWords,
      );
    });
}
