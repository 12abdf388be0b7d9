import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer } from "../terminal/answer.ts";

/** `towpath setup` */
export function setupCommand(program: Command): void {
  program
    .command("setup")
    .description("provide what start and the tests need, and start nothing")
    .action(async () => {
      const { provide } = await import("./setup.ts");
      await answer(
        false,
        async (progress) => provide(progress, await openProject()),
        () => "everything is there",
      );
    });
}
