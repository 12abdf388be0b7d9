import { UserError } from "../components/input/user-error.ts";

/** A problem that a person can put right, as a step found it. */
export class StepFailure extends UserError {}
