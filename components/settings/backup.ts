import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { days } from "./durations.ts";

/** The numbers that each of cron's five fields takes. */
const fields = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Tells whether the text is five cron fields: lists of `*`, numbers and ranges, each with a step where wanted. */
export function isSchedule(text: string): boolean {
  const parts = text.split(" ");
  return (
    parts.length === fields.length && fields.every(([least, most], i) => isField(parts[i] ?? "", least, most))
  );
}

function isField(text: string, least: number, most: number): boolean {
  return text.split(",").every((item) => {
    const match = /^(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:\/([1-9][0-9]?))?$/.exec(item);
    if (match === null) return false;
    const from = Number(match[1] ?? least);
    const to = Number(match[2] ?? match[1] ?? most);
    return least <= from && from <= to && to <= most;
  });
}

const scheduleWords = expected("five cron fields", 'for example "0 3 * * *" for 3:00 UTC each night');

/** The schema of the backup settings. */
export const backup = z
  .strictObject(
    {
      schedule: z
        .string(scheduleWords)
        .refine(isSchedule, scheduleWords)
        .describe(
          "The times, as five cron fields in UTC: minute, hour, day of the month, month, day of the week. `0 3 * * *` is 3:00 each night.",
        ),
      retention: days("a time in days from 1d to 3650d", 'for example "30d"', 3650).describe(
        "How long a backup is kept, in days; written as `30d`.",
      ),
    },
    expected("a schedule and a retention", 'write { "schedule": "0 3 * * *", "retention": "30d" }'),
  )
  .meta({
    id: "BackupSettings",
    description: "When the database is backed up, apart from before each migration.",
  });

export type BackupSettings = z.output<typeof backup>;
