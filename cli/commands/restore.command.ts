import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";
import type { RestoreRequest } from "./restore-request.ts";

/** `towpath restore` */
export function restoreCommand(program: Command): void {
  program
    .command("restore")
    .description(
      "put a dump in the place of a stack's database: says what that does, asks, and keeps the other beside it",
    )
    .argument("[dump]", "its name, as npx towpath backups shows it; the newest good one unless it is given")
    .requiredOption("--stack <stack>", "staging or production")
    .option("--try", "restore it beside the database, look at it, and drop it again", false)
    .option("--back", "go back to the database from before a restore", false)
    .option("--let-go", "drop the database from before a restore", false)
    .option("--from-storage", "bring the dump back from the storage that backups are copied to first", false)
    .option("--volumes", "with --from-storage, also the files of volumes and buckets, into empty ones", false)
    .option("--overwrite", "with --volumes, into those that have files, too", false)
    .option("--yes", "do not ask", false)
    .option(...json)
    .action(
      async (
        dump: string | undefined,
        { json = false, ...asked }: { json?: boolean } & Omit<RestoreRequest, "dump" | "ask">,
      ) => {
        const { restore, restoredInWords } = await import("./restore.ts");
        const { question } = await import("../terminal/question.ts");
        await answer(
          json,
          async (progress) =>
            restore({ ...asked, dump, ask: question(progress) }, progress, await openProject()),
          restoredInWords,
        );
      },
    );
}
