import type { Command } from "commander";
import { openProject } from "../project.ts";
import { withTimings } from "../timings/timings.ts";
import { answer, json } from "../terminal/answer.ts";
import type { DeployRequest } from "./deploy.ts";

/** `towpath deploy` */
export function deployCommand(program: Command): void {
  withTimings(program.command("deploy"), openProject)
    .description("release to staging or production, and tell GitHub of it")
    .requiredOption("--stack <stack>", "staging or production")
    .option("--commit <sha>", "a published commit, for staging; the one that is checked out by default")
    .option(...json)
    .action(async ({ json = false, ...request }: DeployRequest & { json?: boolean }) => {
      const { deploy, deployedInWords } = await import("./deploy.ts");
      await answer(json, async (progress) => deploy(request, progress, await openProject()), deployedInWords);
    });
}
