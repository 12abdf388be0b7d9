import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath job` */
export function jobCommand(program: Command): void {
  const job = program.command("job").description("the application's own jobs, such as a seed");
  job
    .command("list")
    .description(
      "list the jobs that a stack runs by itself: by their schedules the last run, its result and the next; of its releases the last",
    )
    .argument("[job]", "one of them, with what its last runs printed")
    .requiredOption("--stack <stack>", "where they run")
    .option(...json)
    .action(async (name: string | undefined, { json = false, stack }: { json?: boolean; stack: string }) => {
      const { jobList, jobListInWords } = await import("./job-list.ts");
      await answer(
        json,
        async (progress) => jobList({ job: name, stack }, progress, await openProject()),
        (found) => jobListInWords(found, name),
      );
    });
  job
    .command("run")
    .description("run a job once, like a copy of its service that runs")
    .argument("<job>", "one of the jobs in application.ts")
    .option("--stack <stack>", "where it runs", "local")
    .option(...json)
    .action(async (name: string, { json = false, stack }: { json?: boolean; stack: string }) => {
      const { jobInWords, runJob } = await import("./job.ts");
      await answer(
        json,
        async (progress) => runJob({ job: name, stack }, progress, await openProject()),
        jobInWords,
      );
    });
}
