import type { Command } from "commander";
import { openProject } from "../project.ts";
import { withTimings } from "../timings/timings.ts";
import { answer, json } from "../terminal/answer.ts";
import type { CiRequest } from "./ci.ts";

/** `towpath ci` */
export function ciCommand(program: Command): void {
  withTimings(program.command("ci"), openProject)
    .description("check the application in an environment that is thrown away")
    .option(...json)
    .option("--only <check>", "run one check, with those that it waits for")
    .option("--keep", "leave everything up, to look into it", false)
    .option("--publish", "push the images to the registries when everything has passed", false)
    .option("--save <file>", "write the images into a file when everything has passed, for others to publish")
    .action(async ({ json = false, ...request }: { json?: boolean } & CiRequest) => {
      const { ci } = await import("./ci.ts");
      const { ciInWords } = await import("../ci/summary.ts");
      await answer(
        json,
        async (progress) => ci(progress, request, await openProject()),
        ciInWords,
        ({ passed }) => passed,
      );
    });
}
