import type { Command } from "commander";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";
import { stackOption } from "../terminal/stack-option.ts";

/** The options as they are typed. */
interface Typed {
  readonly stack: string;
  readonly follow: boolean;
  readonly since?: string;
  readonly grep?: string;
  readonly lines?: string;
  readonly json?: boolean;
}

/** `towpath logs` */
export function logsCommand(program: Command): void {
  program
    .command("logs")
    .description("what an environment's containers printed, in the order of time: all services, or one")
    .argument("[service]", "a service, or postgres, redis, object-storage, gateway")
    .option(...stackOption)
    .option("-f, --follow", "go on with what they print from now on", false)
    .option("--since <since>", "only what was printed in the last 10m, 2h or 1d, or since a time")
    .option("--grep <text>", "only lines that hold this text")
    .option("--lines <number>", "only the last lines; 100 from hosts, unless --since or --grep is given")
    .option("--json", "print each line as a JSON document of its own")
    .action(async (service: string | undefined, { lines, ...typed }: Typed) => {
      const { logs } = await import("./logs.ts");
      const { linesOf } = await import("../docker/log-filter.ts");
      await pass(
        async (progress) =>
          logs(progress, { json: false, ...typed, service, lines: linesOf(lines) }, await openProject()),
        typed.json,
      );
    });
}
