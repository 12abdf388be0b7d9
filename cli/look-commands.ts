import type { Command } from "commander";
import { answer, json, pass } from "./terminal/answer.ts";

/** The commands that look at environments or go into them, and change nothing. */
export function addLookCommands(program: Command): void {
  program
    .command("status")
    .description("the environments of this project: release, health, address, age")
    .option(...json)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { status, statusInWords } = await import("./commands/status.ts");
      await answer(json, (progress) => status(progress), statusInWords);
    });

  program
    .command("logs")
    .description("what the local environment's containers printed: all services, or one")
    .argument("[service]", "a service, or postgres, redis, object-storage, gateway")
    .option("-f, --follow", "go on with what they print from now on", false)
    .option("--json", "print each line as a JSON document of its own")
    .action(async (service: string | undefined, asked: { follow: boolean; json?: boolean }) => {
      const { logs } = await import("./commands/logs.ts");
      await pass((progress) => logs(progress, { json: false, ...asked, service }), asked.json);
    });

  program
    .command("shell")
    .description("a shell in a service's container of the local environment")
    .argument("<service>", "a service, or postgres, redis, object-storage, gateway")
    .action(async (service: string) => {
      const { shell } = await import("./commands/shell.ts");
      await pass((progress) => shell(progress, service));
    });

  program
    .command("psql")
    .description("psql on the local environment's database: npx towpath psql -c 'select 1'")
    .argument("[arguments...]", "psql's own arguments")
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { psql } = await import("./commands/psql.ts");
      await pass((progress) => psql(progress, args));
    });

  program
    .command("namespace")
    .description("the namespace of this working copy: what it is, why, and every name made from it")
    .argument("[stack]", "local or ci; any other stack too", "local")
    .option(...json)
    .action(async (stack: string, { json = false }: { json?: boolean }) => {
      const { namespace, namespaceInWords } = await import("./commands/namespace.ts");
      await answer(json, () => Promise.resolve(namespace(stack)), namespaceInWords);
    });

  program
    .command("doctor")
    .description("check everything that an environment needs on this machine, and say how to repair it")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when nothing has to be repaired, else 1")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { doctor, doctorInWords, isWell } = await import("./commands/doctor.ts");
      const { exitCode } = await import("./problem.ts");
      await answer(
        json,
        async (progress) => {
          const found = await doctor(progress);
          if (!isWell(found)) process.exitCode = exitCode.failed;
          return found;
        },
        doctorInWords,
      );
    });

  const host = program.command("host").description("the hosts that a stack is released to");
  host
    .command("check")
    .description("whether a stack's hosts can be reached, and have what its next release needs")
    .option("--stack <stack>", "staging or production", "staging")
    .option(...json)
    .addHelpText("after", "\nExit codes: 0 when the stack can be released to, else 1")
    .action(async ({ stack, json = false }: { stack: string; json?: boolean }) => {
      const { checkHost, hostCheckInWords, isReady } = await import("./commands/host.ts");
      const { exitCode } = await import("./problem.ts");
      await answer(
        json,
        async (progress) => {
          const found = await checkHost(stack, progress);
          if (!isReady(found)) process.exitCode = exitCode.failed;
          return found;
        },
        hostCheckInWords,
      );
    });

  program
    .command("completion")
    .description("completion for a shell: source <(npx towpath completion bash)")
    .argument("<shell>", "bash or zsh")
    .action(async (shell: string) => {
      const { completion } = await import("./commands/completion.ts");
      await answer(
        false,
        () => Promise.resolve(completion(program, shell)),
        (script) => script,
      );
    });
}
