import { InvalidArgumentError, type Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";

/** `towpath run` */
export function runCommand(program: Command): void {
  program
    .command("run")
    .description(
      "run a service on this machine in place of its container: run api -- python -m notes --reload",
    )
    .argument("<service>")
    .argument("<command...>", "what starts the service, in the folder of its image")
    .option("--port <port>", "the port that it listens on; the service's own unless it is given", portOf)
    .action(async (service: string, command: string[], { port }: { port?: number }) => {
      const { runService } = await import("./run.ts");
      await pass(async (progress) => runService({ service, command, port }, progress, await openProject()));
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new InvalidArgumentError("Expected a port from 1 to 65535.");
}
