import { InvalidArgumentError, type Command } from "commander";
import { isPreview, previewStack } from "../../components/naming/namespace.ts";
import { openProject } from "../project.ts";
import type { PreviewWish } from "../preview/wish.ts";
import { withTimings } from "../timings/timings.ts";
import { answer, json } from "../terminal/answer.ts";

interface Named {
  readonly json?: boolean;
  readonly variant?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly queued?: boolean;
}

/** `towpath preview` */
export function previewCommand(program: Command): void {
  const preview = program.command("preview").description("running copies of pull requests and branches");
  withTimings(named(preview.command("up")), openProject)
    .description("bring a preview up, or up to date, and tell GitHub of it")
    .option("--commit <sha>", "a published commit; the newest of the pull request or branch by default")
    .option("--queued", "those that wait for room, where their turn has come")
    .action(async (number: number | undefined, options: Named, command: Command) => {
      if (options.queued === true) return upQueued(number, options, command);
      const wish = wishOf(number, options, command);
      const { previewUp, previewUpInWords } = await import("../preview/up.ts");
      await answer(
        options.json === true,
        async (progress) => previewUp(wish, progress, await openProject()),
        previewUpInWords,
      );
    });
  named(preview.command("down"))
    .description("remove a preview with all that it made, with its variants where none is named")
    .action(async (number: number | undefined, options: Named, command: Command) => {
      const wish = wishOf(number, options, command);
      const { previewDown, previewDownInWords } = await import("../preview/down.ts");
      await answer(
        options.json === true,
        async (progress) => previewDown(wish, progress, await openProject()),
        previewDownInWords,
      );
    });
  named(preview.command("check"))
    .description("check a preview that runs: its health, and what towpath:checks says")
    .option(
      "--to <folder>",
      "the folder for results and pictures; .towpath/checks where left out: for towpath comment --checks",
    )
    .action(async (number: number | undefined, options: Named & { to?: string }, command: Command) => {
      const wish = wishOf(number, options, command);
      const { checkPreview, checkedInWords, isChecked } = await import("../preview/check.ts");
      await answer(
        options.json === true,
        async (progress) => checkPreview(wish, options.to, progress, await openProject()),
        checkedInWords,
        isChecked,
      );
    });
  preview
    .command("list")
    .description("the previews that there are, and the state of their pull requests")
    .option(...json)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { previewList, previewListInWords } = await import("../preview/list.ts");
      await answer(json, async (progress) => previewList(progress, await openProject()), previewListInWords);
    });
  preview
    .command("reset")
    .description("make the data of a preview new: npx towpath preview reset 12")
    .argument("<preview>", "the number of its pull request, or its stack")
    .option("--yes", "do not ask", false)
    .option(...json)
    .action(async (preview: string, { json = false, yes }: { json?: boolean; yes: boolean }) => {
      const { reset, resetInWords } = await import("../preview/reset.ts");
      const { question } = await import("../terminal/question.ts");
      await answer(
        json,
        async (progress) => reset(preview, { yes, ask: question(progress) }, progress, await openProject()),
        resetInWords,
      );
    });
  sleepCommands(preview);
}

/** `towpath preview up --queued` */
async function upQueued(number: number | undefined, options: Named, command: Command): Promise<void> {
  const { branch, variant, commit } = options;
  if ([number, branch, variant, commit].some((given) => given !== undefined))
    command.error("error: --queued: expected no other preview beside those that wait; leave it out");
  const { isUnbroken, previewUpQueued, queuedInWords } = await import("../preview/queued.ts");
  await answer(
    options.json === true,
    async (progress) => previewUpQueued(progress, await openProject()),
    queuedInWords,
    isUnbroken,
  );
}

/** Adds the argument and the options that name a preview. */
function named(command: Command): Command {
  return command
    .argument("[number]", "the pull request's number", numberOf)
    .option("--variant <name>", "one more preview of the pull request, such as admin")
    .option("--branch <branch>", "a branch's preview, instead of a pull request's")
    .option(...json);
}

function numberOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a pull request's number.");
}

function wishOf(
  pullRequest: number | undefined,
  { branch, variant, commit }: Named,
  command: Command,
): PreviewWish {
  const at = commit === undefined ? {} : { commit };
  if (pullRequest !== undefined && branch === undefined)
    return { pullRequest, ...(variant !== undefined && { variant }), ...at };
  if (pullRequest === undefined && branch !== undefined && variant === undefined) return { branch, ...at };
  return command.error("error: expected a pull request's number, or --branch, and one of them only");
}

/** `towpath preview sleep` and `wake` */
function sleepCommands(preview: Command): void {
  for (const [operation, description] of [
    ["sleep", "stop a preview's containers and keep them; it wakes when somebody opens it"],
    ["wake", "start a preview that sleeps, and wait until it is well"],
  ] as const) {
    preview
      .command(operation)
      .description(description)
      .argument("<preview>", "the number of its pull request, or its stack", stackNamed)
      .option(...json)
      .action(async (stack: string, { json = false }: { json?: boolean }) => {
        const { sleepOrWake, sleptInWords } = await import("../preview/sleep.ts");
        await answer(
          json,
          async (progress) => sleepOrWake(operation, stack, progress, await openProject()),
          sleptInWords,
        );
      });
  }
}

/** The stack of a preview, by the number of its pull request or by the stack's own name. */
function stackNamed(text: string): string {
  const stack = /^[1-9][0-9]{0,8}$/.test(text) ? previewStack(Number(text)) : text;
  if (isPreview(stack)) return stack;
  throw new InvalidArgumentError("expected the number of a pull request, or the stack of a preview.");
}
