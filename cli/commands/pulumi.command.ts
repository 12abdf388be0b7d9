import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";

/** `towpath pulumi` */
export function pulumiCommand(program: Command): void {
  program
    .command("pulumi")
    .description("run the Pulumi CLI on this project: npm run pulumi -- preview --stack local")
    .argument("[arguments...]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { pulumi } = await import("./pulumi.ts");
      await pass(async (progress) => pulumi(progress, args, await openProject()));
    });
}
