import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { UserError } from "../components/input/user-error.ts";
import { noteStart, timed } from "../components/timing/spans.ts";
import { withoutSecrets } from "./delivered.ts";
import { knowRun } from "./lineage.ts";
import type { Machine } from "./machine/machine.ts";
import { openMachine } from "./machine/open-machine.ts";
import { reachedHost } from "./machine/reach.ts";
import { whileTelling } from "./progress.ts";

export { StepFailure } from "./step-failure.ts";

/**
 * Runs one step: its input comes as JSON on standard input, its receipt goes to standard output, its failure to standard
 * error with exit code 1.
 *
 * Where `TOWPATH_HOST` names a host over SSH, it works on that host. Standard error is then what is shown while the step
 * runs: what it waits for, when that takes its time. Its failure goes to standard output, so that it is not shown twice.
 */
// The step names the input that it expects; the component that starts it is typed by the same interface.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export async function runStep<Input>(
  step: (input: Input, machine: Machine) => Promise<object>,
): Promise<void> {
  knowRun();
  try {
    const input = JSON.parse(await text(process.stdin)) as Input;
    const started = Date.now();
    const name = nameOf(input);
    noteStart("step", name);
    const receipt = await timed("step", name, () => telling(async () => step(input, await openMachine())));
    console.log(JSON.stringify({ ...receipt, seconds: Math.round((Date.now() - started) / 100) / 10 }));
  } catch (error) {
    const said = withoutSecrets(error instanceof UserError ? error.message : inspect(error));
    if (reachedHost() === undefined) console.error(said);
    else console.log(said);
    process.exitCode = 1;
  }
}

/** The name of this program in timings, with what it is about. */
function nameOf(input: unknown): string {
  const [program = ""] = process.argv.slice(2);
  const { subject } = input as { readonly subject?: unknown };
  return typeof subject === "string" ? `${program} of ${subject}` : program;
}

/** Does the work, and reports on standard error what it waits for where that is shown. */
function telling<T>(work: () => Promise<T>): Promise<T> {
  if (reachedHost() === undefined) return work();
  return whileTelling((line) => {
    console.error(withoutSecrets(line));
  }, work);
}

/** Waits between two looks at something that takes its time; `seconds` may be a fraction. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
