import { z } from "zod";

import { expected } from "../input/input-checks.ts";

/** Longest waits that make sense: an hour. */
const longestWait = 3600;

/** A time in whole seconds, as a plain number. */
export function seconds(least: number, usual: number) {
  const words = expected(`a number of seconds from ${least} to ${longestWait}`, `take ${usual} if in doubt`);
  return z.int(words).min(least, words).max(longestWait, words).default(usual);
}

/** A time in whole days, written as `30d`; the setting's value is the number of days. */
export function days(what: string, fix: string, most: number) {
  const words = expected(what, fix);
  return z
    .string(words)
    .regex(/^[1-9][0-9]{0,3}d$/, words)
    .refine((text) => Number.parseInt(text) <= most, words)
    .transform((text) => Number.parseInt(text));
}
