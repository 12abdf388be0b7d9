import { Argument, type Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

/** `towpath export compose` */
export function exportCommand(program: Command): void {
  program
    .command("export")
    .description("print the application as a compose file: npx towpath export compose > compose.yaml")
    .addArgument(new Argument("<form>", "the form to print it in").choices(["compose"]))
    .option(...json)
    .action(async (_form: string, { json = false }: { json?: boolean }) => {
      const { exportCompose, composeInWords } = await import("./export.ts");
      await answer(json, async (progress) => exportCompose(progress, await openProject()), composeInWords);
    });
}
