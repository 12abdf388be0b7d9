import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath receipt end-to-end` */
export function receiptCommand(program: Command): void {
  program
    .command("receipt")
    .description("take down in the release record that tests passed against what runs")
    .command("end-to-end")
    .description("the application's end-to-end tests, which production may require")
    .option("--stack <stack>", "staging or production", "staging")
    .option("--release <id>", "what was tested; another release that came meanwhile does not get the receipt")
    .option(...json)
    .action(async ({ json = false, stack, release }: { json?: boolean; stack: string; release?: string }) => {
      const { endToEndReceipt, receiptInWords } = await import("./receipt.ts");
      await answer(
        json,
        async (progress) => endToEndReceipt(stack, release, progress, await openProject()),
        receiptInWords,
      );
    });
}
