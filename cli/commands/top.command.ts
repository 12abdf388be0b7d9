import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath top` */
export function topCommand(program: Command): void {
  program
    .command("top")
    .description(
      "what the copies on hosts take of processors and memory, and what they may, the busiest first",
    )
    .option("--stack <stack>", "one of the environments; all on hosts when it is left out")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack?: string }) => {
      const { isWhole, top, topInWords } = await import("./top.ts");
      await answer(
        json,
        async (progress) => top({ stack }, progress, await openProject()),
        (found) => topInWords(found),
        isWhole,
      );
    });
}
