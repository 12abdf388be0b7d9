import { waitingFor } from "./waits.ts";

/** The time between two looks, in milliseconds. */
const interval = 100;

/**
 * Looks again and again until there is something, and returns it.
 *
 * Fails when there is nothing after `seconds`, naming `what` was waited for and what the last look threw. A look that is
 * under way then is given up: its signal is aborted.
 */
export function until<T>(
  what: string,
  seconds: number,
  look: (signal: AbortSignal) => Promise<T | undefined> | T | undefined,
): Promise<T> {
  return waitingFor(what, lookUntil(what, seconds, look));
}

async function lookUntil<T>(
  what: string,
  seconds: number,
  look: (signal: AbortSignal) => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  const limit = new AbortController();
  const late = new Error("the last look had not ended");
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // Before the look hears of it: what it throws then says less.
      reject(late);
      limit.abort(late);
    }, seconds * 1000);
  });
  end.catch(() => undefined);
  let thrown: unknown;
  try {
    do {
      try {
        const found = await Promise.race([look(limit.signal), end]);
        if (found !== undefined) return found;
        thrown = undefined;
      } catch (error) {
        // What an earlier look threw says more than that this one took too long.
        if (error !== late || thrown === undefined) thrown = error;
      }
      await new Promise((resolve) => setTimeout(resolve, interval));
    } while (Date.now() < deadline);
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: thrown });
}
