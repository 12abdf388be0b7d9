import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";

/** `towpath shell` */
export function shellCommand(program: Command): void {
  program
    .command("shell")
    .description("a shell in a service's container of the local environment")
    .argument("<service>", "a service, or postgres, redis, object-storage, gateway")
    .action(async (service: string) => {
      const { shell } = await import("./shell.ts");
      await pass(async (progress) => shell(progress, service, await openProject()));
    });
}
