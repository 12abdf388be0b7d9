import { text } from "node:stream/consumers";

/** A failure that is the user's to mend: shown as it is, without a stack trace. */
export class StepFailure extends Error {}

/**
 * Runs one step: its input comes as JSON on standard input, its receipt goes to standard output, its failure to standard
 * error with exit code 1.
 */
// The step says what it expects; the component that starts it is typed by the same interface.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export async function runStep<Input>(step: (input: Input) => Promise<object>): Promise<void> {
  try {
    const input = JSON.parse(await text(process.stdin)) as Input;
    const started = Date.now();
    const receipt = await step(input);
    console.log(JSON.stringify({ ...receipt, seconds: Math.round((Date.now() - started) / 100) / 10 }));
  } catch (error) {
    console.error(error instanceof StepFailure ? error.message : error);
    process.exitCode = 1;
  }
}

/** Waits between two looks at something that takes its time; `seconds` may be a fraction. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
