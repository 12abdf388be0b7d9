/** The time between two reports of what a step waits for, in seconds. */
const everySeconds = 15;

let waiting: string | undefined;

/** Sets what the step waits for from now on, for `whileTelling` to report; undefined when it waits no more. */
export function waitingFor(what: string | undefined): void {
  waiting = what;
}

/** Does a step's work, and reports what it waits for as long as that takes its time. */
export async function whileTelling<T>(
  tell: (line: string) => void,
  work: () => Promise<T>,
  seconds = everySeconds,
): Promise<T> {
  const began = Date.now();
  const timer = setInterval(() => {
    if (waiting !== undefined) tell(`${waiting} (${Math.round((Date.now() - began) / 1000)} s so far)`);
  }, seconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    waiting = undefined;
  }
}
