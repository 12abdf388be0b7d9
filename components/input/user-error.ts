/**
 * An error that a person can put right: shown as it is, without a stack trace. The message has the form
 * `where: problem, got X; fix`.
 *
 * Errors that a caller has to tell apart extend it; whoever shows errors to people asks for this alone.
 */
export class UserError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
