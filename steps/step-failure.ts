/** A failure that is the user's to mend: shown as it is, without a stack trace. */
export class StepFailure extends Error {}
