import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer } from "../terminal/answer.ts";

/** `towpath completion` */
export function completionCommand(program: Command): void {
  program
    .command("completion")
    .description("completion for a shell: source <(npx towpath completion bash)")
    .argument("<shell>", "bash or zsh")
    .action(async (shell: string) => {
      const { completion } = await import("./completion.ts");
      await answer(
        false,
        async () => completion(program, shell, await openProject().catch(() => undefined)),
        (script) => script,
      );
    });
}
