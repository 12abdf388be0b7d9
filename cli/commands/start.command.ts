import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath start` */
export function startCommand(program: Command): void {
  program
    .command("start")
    .description("set this machine up and start the local environment")
    .option(...json)
    .option("--refresh", "look at every resource first, also where nothing seems to be missing", false)
    .action(async ({ json = false, refresh }: { json?: boolean; refresh: boolean }) => {
      const { start, startedInWords } = await import("./start.ts");
      await answer(
        json,
        async (progress) => start(progress, { refresh }, await openProject()),
        startedInWords,
      );
    });
}
