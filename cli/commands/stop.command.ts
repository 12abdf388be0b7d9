import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath stop` */
export function stopCommand(program: Command): void {
  program
    .command("stop")
    .description("stop the local environment and keep its data")
    .option(...json)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { stop, stoppedInWords } = await import("./stop.ts");
      await answer(json, async (progress) => stop(progress, await openProject()), stoppedInWords);
    });
}
