import { UserError } from "../components/input/user-error.ts";

/** What a person can put right, as the command line found it. */
export class Problem extends UserError {}

/** The person asked to stop. */
export class Interrupted extends Problem {}

/** What commands end with; `--help` shows them. */
export const exitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
