import type { Command } from "commander";
import { answer, json } from "./terminal/answer.ts";
import type { RollbackSettings } from "./commands/rollback.ts";

/** The commands about releases to hosts, and the images that they are made of. */
export function addReleaseCommands(program: Command): void {
  const stack = ["--stack <stack>", "staging or production"] as const;

  program
    .command("releases")
    .description("what an environment released, newest first, and the runs that failed")
    .option(...stack, "production")
    .option(...json)
    .action(async ({ json = false, stack }: { json?: boolean; stack: string }) => {
      const { releases, releasesInWords } = await import("./commands/releases.ts");
      await answer(json, (progress) => releases(stack, progress), releasesInWords);
    });

  program
    .command("rollback")
    .description("go back to an earlier release: says what that does, asks, and releases its images again")
    .argument("[release]", "its id, as npx towpath releases shows it; the last good one unless it is given")
    .requiredOption(...stack)
    .option("--yes", "do not ask", false)
    .option("--with-downgrade", "let the migrations go down to the release's revision first", false)
    .option(
      "--accept-unknown-schema",
      "you have seen that the release gets along with the schema, which the records do not tell",
      false,
    )
    .option(...json)
    .action(
      async (
        release: string | undefined,
        {
          json = false,
          ...asked
        }: { json?: boolean; stack: string } & Omit<RollbackSettings, "release" | "ask">,
      ) => {
        const { rollback, rolledBackInWords } = await import("./commands/rollback.ts");
        const { question } = await import("./terminal/question.ts");
        await answer(
          json,
          (progress) => rollback(progress, { ...asked, release, ask: question(progress) }),
          rolledBackInWords,
        );
      },
    );

  program
    .command("approve")
    .description("approve the release that production would take, with your SSH key")
    .option("--stack <stack>", "production", "production")
    .option("--key <file>", "your key; the SSH agent's unless it is given")
    .option(...json)
    .action(async ({ json = false, ...asked }: { json?: boolean; stack: string; key?: string }) => {
      const { approve, approvedInWords } = await import("./commands/approve.ts");
      await answer(json, (progress) => approve(asked, progress), approvedInWords);
    });

  program
    .command("receipt")
    .description("take down in the release record that tests passed against what runs")
    .command("end-to-end")
    .description("the application's end-to-end tests, which production may require")
    .option(...stack, "staging")
    .option("--release <id>", "what was tested; another release that came meanwhile does not get the receipt")
    .option(...json)
    .action(async ({ json = false, stack, release }: { json?: boolean; stack: string; release?: string }) => {
      const { endToEndReceipt, receiptInWords } = await import("./commands/receipt.ts");
      await answer(json, (progress) => endToEndReceipt(stack, release, progress), receiptInWords);
    });

  program
    .command("images")
    .description("the images that ci published")
    .command("prune")
    .description("remove those that have expired and that no release record needs")
    .option("--dry-run", "only say which", false)
    .option(...json)
    .action(async ({ json = false, dryRun }: { json?: boolean; dryRun: boolean }) => {
      const { pruneImages, prunedInWords } = await import("./commands/images.ts");
      await answer(json, (progress) => pruneImages(progress, { dryRun }), prunedInWords);
    });
}
