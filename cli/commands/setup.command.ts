import type { Command } from "commander";
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
        (progress) => provide(progress),
        () => "everything is there",
      );
    });
}
