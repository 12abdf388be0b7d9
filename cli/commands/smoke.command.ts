import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath smoke` */
export function smokeCommand(program: Command): void {
  program
    .command("smoke")
    .description("ask the smoke checks of what runs, as users do")
    .option("--stack <stack>", "the environment", "local")
    .option("--address <host>", "where it is, while its name leads elsewhere, or nowhere yet")
    .option(...json)
    .action(
      async ({
        json = false,
        stack,
        address,
      }: {
        readonly json?: boolean;
        readonly stack: string;
        readonly address?: string;
      }) => {
        const { allPassed, askSmoke, smokeInWords } = await import("./smoke.ts");
        await answer(
          json,
          async (progress) => askSmoke({ stack, address }, progress, await openProject()),
          smokeInWords,
          allPassed,
        );
      },
    );
}
