import { UserError } from "../components/input/user-error.ts";

/** A problem that a person can put right, as the command line found it. */
export class Problem extends UserError {}

/** Another run has the state, and gives it back when it ends. */
export class StateLocked extends Problem {}

/** The person asked to stop. */
export class Interrupted extends Problem {}

/** The exit codes of commands; `--help` shows them. */
export const exitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
