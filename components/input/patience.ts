import { setTimeout as wait } from "node:timers/promises";

/** The limits of waiting for a server. */
export interface Patience {
  /** The time that one answer may take, in milliseconds. */
  readonly answer: number;
  /** The number of repetitions of a request that failed for what may pass: no connection, an answer of 5xx or 429. */
  readonly retries: number;
  /** The wait before the first repetition, in milliseconds; it doubles with each. */
  readonly pause: number;
}

/** The longest that a server's own `Retry-After` is followed, in seconds: a run does not stand still for an hour. */
const longestPause = 30;

/** Waits as long as a server asks for before the next request, where that is not too long. */
export async function followRetryAfter(headers: Headers): Promise<void> {
  const after = Number(headers.get("retry-after") ?? 0);
  if (after > 0 && after <= longestPause) await wait(after * 1000);
}

/** Describes the number of tries for a message: nobody sees one before the last. */
export function triesInWords({ retries }: Patience): string {
  return retries === 0 ? "1 try" : `${retries + 1} tries`;
}

/** Returns why no answer came: the connection's own reason. */
export function noAnswerReason(error: unknown, { answer }: Patience): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  if (name === "TimeoutError") return `no answer within ${answer / 1000} s`;
  return cause?.code ?? message;
}
