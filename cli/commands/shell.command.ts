import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";
import { stackOption } from "../terminal/stack-option.ts";

/** `towpath shell` */
export function shellCommand(program: Command): void {
  program
    .command("shell")
    .description("a shell in a service's container")
    .argument("<service>", "a service, or postgres, redis, object-storage, gateway")
    .option(...stackOption)
    .action(async (part: string, { stack }: { stack: string }) => {
      const { exec } = await import("./shell.ts");
      await pass(async (progress) => exec({ stack, part }, progress, await openProject()));
    });
}
