import { z } from "zod";
import { expected } from "../input/input-checks.ts";
import { parseSchedule, timeAfter } from "../input/schedule.mjs";

/** Tells whether the text is five cron fields: lists of `*`, numbers and ranges, each with a step where wanted. */
export function isSchedule(text: string): boolean {
  return parseSchedule(text) !== undefined;
}

/** Tells whether a schedule has a time at all: `0 0 30 2 *` has none. What is no schedule is told otherwise. */
function everComes(text: string): boolean {
  const schedule = parseSchedule(text);
  return schedule === undefined || timeAfter(schedule, 0) !== undefined;
}

const scheduleWords = expected("five cron fields", 'for example "0 3 * * *" for 3:00 UTC each night');
const timesWords = expected(
  "times that ever come",
  'none of its months has such a day; take "0 3 * * *" if in doubt',
);

/** Five cron fields in UTC. */
export const schedule = z
  .string(scheduleWords)
  .refine(isSchedule, scheduleWords)
  .refine(everComes, timesWords);
