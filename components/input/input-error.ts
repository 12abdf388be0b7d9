import { UserError } from "./user-error.ts";

/**
 * An error in what a person wrote.
 *
 * `problems` holds one line each, in the form `path: problem, got X; fix`; the message is those lines. The program's
 * entry turns it into Pulumi's own error that shows no stack trace, the command line prints it as it is.
 */
export class InputError extends UserError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}
