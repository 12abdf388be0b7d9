import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";
import { stackOption } from "../terminal/stack-option.ts";

/** `towpath exec` */
export function execCommand(program: Command): void {
  program
    .command("exec")
    .description("a program in a service's container: npx towpath exec --stack staging api alembic current")
    .argument("<service>", "a service, or postgres, redis, object-storage, gateway")
    .argument("<command...>", "the program and its arguments")
    .option(...stackOption)
    .passThroughOptions()
    .action(async (part: string, command: string[], { stack }: { stack: string }) => {
      const { exec } = await import("./shell.ts");
      await pass(async (progress) => exec({ stack, part, command }, progress, await openProject()));
    });
}
