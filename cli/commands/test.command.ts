import { InvalidArgumentError, Option, type Command } from "commander";
import type { NodeName } from "../../test/run/nodes.ts";
import { openProject } from "../project.ts";
import { pass } from "../terminal/answer.ts";
import type { TestRequest } from "./test.ts";

/** `towpath test` */
export function testCommand(program: Command): void {
  program
    .command("test")
    .description("run the tests: all, one kind, one suite of a kind, or what a change can affect")
    .argument("[kind]", "unit or e2e")
    .argument("[suite]", "a file or folder in test/<kind>, such as local")
    .option("--changed", "only the suites that the work since main can affect", false)
    .option("--long", "the whole of matrices, soaks and faults, and nothing else", false)
    .option(
      "--long-until <minutes>",
      "run long ones afterwards, whose sources changed, until the run has taken so long",
      atLeastOne,
    )
    .option("--lanes <number>", "run so many groups of e2e tests at once", atLeastOne)
    .addOption(
      new Option("--node <node>", "run unit tests on the oldest or the newest Node").choices([
        "oldest",
        "newest",
      ] satisfies NodeName[]),
    )
    .action(
      async (
        kind: string | undefined,
        suite: string | undefined,
        asked: Omit<TestRequest, "kind" | "suite">,
      ) => {
        const { test } = await import("./test.ts");
        await pass(async (progress) => test(progress, { kind, suite, ...asked }, await openProject()));
      },
    );
}

function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("Expected a whole number from 1.");
}
