import { InvalidArgumentError, type Command } from "commander";
import { openProject } from "../project.ts";
import { answer, json } from "../terminal/answer.ts";

interface CommentOptions {
  readonly json?: boolean;
  readonly plan?: string[];
  readonly preview?: string;
  readonly checks?: string;
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
    .argument("[number]", "the pull request's number; left out, the one that --preview names", numberOf)
    .option(
      "--plan <files...>",
      "plans that towpath plan --json wrote; left out, staging and production are planned now",
    )
    .option(
      "--preview <file>",
      "what towpath pull-request --report wrote of the preview; left out, it is looked at now",
    )
    .option("--checks <file>", "the results that towpath preview check left: checks.json")
    .option("--text <file>", "write the whole text here, too: to keep as an artifact of the workflow's run")
    .option("--print", "print the comment, and leave GitHub alone")
    .option(...json)
    .action(async (number: number | undefined, { json = false, ...options }: CommentOptions) => {
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
