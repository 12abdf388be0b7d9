import { Command, InvalidArgumentError } from "commander";
import { answer, json, pass } from "./terminal/answer.ts";
import { addGithubCommands } from "./github-commands.ts";
import { listenForInterrupts } from "./process/interrupts.ts";
import { addLookCommands } from "./look-commands.ts";
import { exitCode } from "./problem.ts";
import { addReleaseCommands } from "./release-commands.ts";

/** The options of `towpath test`. */
interface TestOptions {
  readonly changed: boolean;
  readonly long: boolean;
  readonly longMinutes?: number;
  readonly lanes?: number;
}

const program = new Command("towpath")
  .enablePositionalOptions()
  .description("Every environment of a web application, as Pulumi stacks on your own Docker hosts")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted")
  .exitOverride(({ exitCode: code }) => process.exit(code === 0 ? exitCode.done : exitCode.usage));

program
  .command("start")
  .description("set this machine up and start the local environment")
  .option(...json)
  .option("--refresh", "look at every resource first, also where nothing seems to be missing", false)
  .action(async ({ json = false, refresh }: { json?: boolean; refresh: boolean }) => {
    const { start, startedInWords } = await import("./commands/start.ts");
    await answer(json, (progress) => start(progress, { refresh }), startedInWords);
  });

program
  .command("stop")
  .description("stop the local environment and keep its data")
  .option(...json)
  .action(async ({ json = false }: { json?: boolean }) => {
    const { stop, stoppedInWords } = await import("./commands/stop.ts");
    await answer(json, (progress) => stop(progress), stoppedInWords);
  });

program
  .command("destroy")
  .description("remove the local environment with its data")
  .option(...json)
  .option("--yes", "do not ask", false)
  .option("--by-labels", "without Pulumi and its state, for a state that cannot be opened", false)
  .action(async ({ json = false, ...settings }: { json?: boolean; yes: boolean; byLabels: boolean }) => {
    const { destroy, destroyedInWords } = await import("./commands/destroy.ts");
    const { question } = await import("./terminal/question.ts");
    await answer(
      json,
      (progress) => destroy(progress, { ...settings, ask: question(progress) }),
      destroyedInWords,
    );
  });

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new InvalidArgumentError("Expected a port from 1 to 65535.");
}

function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("Expected a whole number from 1.");
}

program
  .command("run")
  .description("run a service on this machine in place of its container: run api -- python -m notes --reload")
  .argument("<service>")
  .argument("<command...>", "what starts the service, in the folder of its image")
  .option("--port <port>", "the port that it listens on; the service's own unless it is given", portOf)
  .action(async (service: string, command: string[], { port }: { port?: number }) => {
    const { runService } = await import("./commands/run.ts");
    await pass((progress) => runService({ service, command, port }, progress));
  });

program
  .command("ci")
  .description("check the application in an environment that is thrown away")
  .option(...json)
  .option("--only <check>", "run one check, with those that it waits for")
  .option("--keep", "leave everything up, to look into it", false)
  .option("--publish", "push the images to the registries when everything has passed", false)
  .action(
    async ({
      json = false,
      ...request
    }: {
      json?: boolean;
      only?: string;
      keep: boolean;
      publish: boolean;
    }) => {
      const { ci } = await import("./commands/ci.ts");
      const { ciInWords } = await import("./ci/summary.ts");
      await answer(
        json,
        async (progress) => {
          const report = await ci(progress, request);
          if (!report.passed) process.exitCode = exitCode.failed;
          return report;
        },
        ciInWords,
      );
    },
  );

program
  .command("pulumi")
  .description("run the Pulumi CLI on this project: npm run pulumi -- preview --stack local")
  .argument("[arguments...]")
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .action(async (args: string[]) => {
    const { pulumi } = await import("./commands/pulumi.ts");
    await pass((progress) => pulumi(progress, args));
  });

program
  .command("test")
  .description("run the tests: all, one kind, one suite of a kind, or what a change can affect")
  .argument("[kind]", "unit or e2e")
  .argument("[suite]", "a file or folder in test/<kind>, such as local")
  .option("--changed", "only the suites that the work since main can affect", false)
  .option("--long", "the whole of matrices, soaks and faults, and nothing else", false)
  .option(
    "--long-minutes <minutes>",
    "run long ones afterwards, whose sources changed, for so long",
    atLeastOne,
  )
  .option("--lanes <number>", "run so many groups of e2e tests at once", atLeastOne)
  .action(async (kind: string | undefined, suite: string | undefined, options: TestOptions) => {
    const { test } = await import("./commands/test.ts");
    await pass((progress) => test(progress, { kind, suite, ...options }));
  });

program
  .command("setup")
  .description("provide what start and the tests need, and start nothing")
  .action(async () => {
    const { provide } = await import("./commands/setup.ts");
    await answer(
      false,
      (progress) => provide(progress),
      () => "everything is there",
    );
  });

addLookCommands(program);
addReleaseCommands(program);
addGithubCommands(program);

listenForInterrupts();
await program.parseAsync();
