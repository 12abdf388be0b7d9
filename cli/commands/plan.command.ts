import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath plan` */
export function planCommand(program: Command): void {
  program
    .command("plan")
    .description(
      "what an up of a stack would do, the worst first, with what would refuse it; changes nothing",
    )
    .requiredOption("--stack <stack>", "staging, production or a preview")
    .option("--commit <commit>", "the commit whose images would run; left out, the one that is checked out")
    .option("--as-if-proven", "production's plan as if staging had proved these images")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when it could be planned, else 1")
    .action(async (options: { json?: boolean; stack: string; commit?: string; asIfProven?: boolean }) => {
      const { json = false, ...planned } = options;
      const { planInWords, wholePlan } = await import("./plan.ts");
      await answer(
        json,
        async (progress) => wholePlan(planned, progress, await openProject()),
        planInWords,
        ({ problem }) => problem === undefined,
      );
    });
}
