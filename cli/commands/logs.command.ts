import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";

/** `towpath logs` */
export function logsCommand(program: Command): void {
  program
    .command("logs")
    .description("what the local environment's containers printed: all services, or one")
    .argument("[service]", "a service, or postgres, redis, object-storage, gateway")
    .option("-f, --follow", "go on with what they print from now on", false)
    .option("--json", "print each line as a JSON document of its own")
    .action(async (service: string | undefined, asked: { follow: boolean; json?: boolean }) => {
      const { logs } = await import("./logs.ts");
      await pass(
        async (progress) => logs(progress, { json: false, ...asked, service }, await openProject()),
        asked.json,
      );
    });
}
