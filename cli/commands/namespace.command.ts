import type { Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath namespace` */
export function namespaceCommand(program: Command): void {
  program
    .command("namespace")
    .description("the namespace of this working copy: what it is, why, and every name made from it")
    .argument("[stack]", "local or ci; any other stack too", "local")
    .option(...json)
    .action(async (stack: string, { json = false }: { json?: boolean }) => {
      const { namespace, namespaceInWords } = await import("./namespace.ts");
      await answer(json, async () => namespace(stack, await openProject()), namespaceInWords);
    });
}
