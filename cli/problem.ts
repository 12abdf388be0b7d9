/**
 * Something that a person can put right: shown as it is, without a stack trace. The message has the form
 * `where: problem, got X; what to do`.
 */
export class Problem extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Problem";
  }
}

/** The person asked to stop. */
export class Interrupted extends Problem {
  constructor(message: string) {
    super(message);
    this.name = "Interrupted";
  }
}

/** What commands end with; `--help` shows them. */
export const exitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
