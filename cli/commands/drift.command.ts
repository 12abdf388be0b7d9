import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath drift` */
export function driftCommand(program: Command): void {
  program
    .command("drift")
    .description("what is not as the last up left it: resources, and what people changed on GitHub by hand")
    .requiredOption("--stack <stack>", "staging, production or repository; any other stack too")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when nothing differs, else 1")
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { drift, driftInWords } = await import("./drift.ts");
      await answer(
        json,
        async (progress) => drift(stack, progress, await openProject()),
        driftInWords,
        ({ differences }) => differences.length === 0,
      );
    });
}
