import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath migrations` */
export function migrationsCommand(program: Command): void {
  program
    .command("migrations")
    .description("what a commit's migrations would do to a stack's database, tried on a copy of its schema")
    .requiredOption("--stack <stack>", "staging or production")
    .option("--commit <sha>", "the published commit; left out, the one that is checked out")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when nothing is lost, blocked, broken or fails, else 1")
    .action(async ({ json = false, stack, commit }: { json?: boolean; stack: string; commit?: string }) => {
      const { isHarmless, migrations, migrationsInWords } = await import("./migrations.ts");
      await answer(
        json,
        async (progress) => migrations({ stack, commit }, progress, await openProject()),
        migrationsInWords,
        isHarmless,
      );
    });
}
