import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath host check` */
export function hostCommand(program: Command): void {
  program
    .command("host")
    .description("the hosts that a stack is released to")
    .command("check")
    .description("whether a stack's hosts can be reached, and have what its next release needs")
    .option("--stack <stack>", "staging or production", "staging")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when the stack can be released to, else 1")
    .action(async ({ stack, json = false }: { stack: string; json?: boolean }) => {
      const { checkHost, hostCheckInWords, isReady } = await import("./host.ts");
      await answer(
        json,
        async (progress) => checkHost(stack, progress, await openProject()),
        hostCheckInWords,
        isReady,
      );
    });
}
