import { InvalidArgumentError, Option, type Command } from "commander";
import { previewStates, type PreviewState } from "../comment/facts.ts";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

interface CommentOptions {
  readonly json?: boolean;
  readonly plan?: string[];
  readonly checks?: string;
  readonly state?: PreviewState;
  readonly text?: string;
  readonly print?: boolean;
}

/** `towpath comment` */
export function commentCommand(program: Command): void {
  program
    .command("comment")
    .description(
      "write the one comment on a pull request: its preview, and what merging does to staging and production",
    )
    .argument("<number>", "the pull request's number", numberOf)
    .option(
      "--plan <files...>",
      "plans that towpath plan --json wrote; left out, staging and production are planned now",
    )
    .addOption(
      new Option("--state <state>", "the preview's state; left out, running where there is one").choices(
        previewStates,
      ),
    )
    .option("--checks <file>", "the results that towpath preview check left: checks.json")
    .option("--text <file>", "write the whole text here, too: to keep as an artifact of the workflow's run")
    .option("--print", "print the comment, and leave GitHub alone")
    .option(...json)
    .action(async (number: number, { json = false, ...options }: CommentOptions) => {
      const { comment, commentInWords } = await import("./comment.ts");
      await answer(
        json,
        async (progress) => comment(number, options, progress, await openProject()),
        commentInWords,
      );
    });
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a pull request's number, for example 12");
}
