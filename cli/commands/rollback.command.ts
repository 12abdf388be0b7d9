import type { Command } from "commander";
import { openProject } from "../project.ts";
import { withTimings } from "../timings/timings.ts";
import { answer, json } from "../terminal/answer.ts";
import type { RollbackSettings } from "./rollback.ts";

/** `towpath rollback` */
export function rollbackCommand(program: Command): void {
  withTimings(program.command("rollback"), openProject)
    .description("go back to an earlier release: says what that does, asks, and releases its images again")
    .argument("[release]", "its id, as npx towpath releases shows it; the last good one unless it is given")
    .requiredOption("--stack <stack>", "staging or production")
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
        { json = false, ...asked }: { json?: boolean } & Omit<RollbackSettings, "release" | "ask">,
      ) => {
        const { rollback, rolledBackInWords } = await import("./rollback.ts");
        const { question } = await import("../terminal/question.ts");
        await answer(
          json,
          async (progress) =>
            rollback(progress, { ...asked, release, ask: question(progress) }, await openProject()),
          rolledBackInWords,
        );
      },
    );
}
