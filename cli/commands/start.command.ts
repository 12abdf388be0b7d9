import { Option, type Command } from "commander";
import { openProject } from "../project.ts";
import { withTimings } from "../timings/timings.ts";
import { answer, json } from "../terminal/answer.ts";

interface StartFlags {
  readonly json?: boolean;
  readonly refresh: boolean;
  readonly only?: "data";
}

/** `towpath start` */
export function startCommand(program: Command): void {
  withTimings(program.command("start"), openProject)
    .description("set this machine up and start the local environment")
    .option(...json)
    .option("--refresh", "look at every resource first, also where nothing seems to be missing", false)
    .addOption(
      new Option("--only <part>", "start the backing services alone").choices(["data"]).conflicts("refresh"),
    )
    .action(async ({ json = false, refresh, only }: StartFlags) => {
      if (only !== undefined) {
        const { startData, startedDataInWords } = await import("./start-data.ts");
        await answer(json, async (progress) => startData(progress, await openProject()), startedDataInWords);
        return;
      }
      const { start, startedInWords } = await import("./start.ts");
      await answer(
        json,
        async (progress) => start(progress, { refresh }, await openProject()),
        startedInWords,
      );
    });
}
