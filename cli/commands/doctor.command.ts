import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath doctor` */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check everything that an environment needs on this machine, and say how to repair it")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when nothing has to be repaired, else 1")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { doctor, doctorInWords, isWell } = await import("./doctor.ts");
      await answer(json, async (progress) => doctor(progress, await openProject()), doctorInWords, isWell);
    });
}
