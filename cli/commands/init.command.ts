import type { Command } from "commander";
import { answer, json } from "../terminal/answer.ts";
import type { InitSettings } from "./init.ts";

/** `towpath init` */
export function initCommand(program: Command): void {
  program
    .command("init")
    .description("make this folder of a git repository the project of the application in there")
    .option(
      "-f, --from <file>",
      "take the application over from a compose file; again for more, which are merged",
      (file: string, before: readonly string[]) => [...before, file],
      [] as readonly string[],
    )
    .option("--name <name>", "the application's name; that of the repository unless it is given")
    .option("--yes", "do not ask", false)
    .option("--dry-run", "show what would be written, and write nothing", false)
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean } & Omit<InitSettings, "ask">) => {
      const { init, initializedInWords } = await import("./init.ts");
      const { openQuestion } = await import("../terminal/question.ts");
      await answer(
        json,
        (progress) => init(progress, { ...asked, ask: openQuestion(progress) }),
        initializedInWords,
      );
    });
}
