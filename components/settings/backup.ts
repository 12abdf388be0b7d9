import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { backupStorage } from "./backup-storage.ts";
import { days } from "./durations.ts";
import { schedule } from "../application/schedule.ts";

/** The schema of the backup settings. */
export const backup = z
  .strictObject(
    {
      schedule: schedule.describe(
        "The times, as five cron fields in UTC: minute, hour, day of the month, month, day of the week. `0 3 * * *` is 3:00 each night.",
      ),
      retention: days("a time in days from 1d to 3650d", 'for example "30d"', 3650).describe(
        "How long a backup is kept, in days; written as `30d`. The newest good one always is.",
      ),
      before: z
        .enum(
          ["migrations", "releases"],
          expected('"migrations" or "releases"', "take migrations for a dump before those alone"),
        )
        .exactOptional()
        .describe(
          "What a dump is taken before: `migrations`, when a release has some to run, or `releases`, before each new one. Left out, `migrations`.",
        ),
      restoreProvenWithin: days("a time in days from 1d to 3650d", 'for example "8d"', 3650)
        .exactOptional()
        .describe(
          "How old the last restore that proved a backup may be when something new is released, in days; written as `8d`. Left out, 8 days; going back is never refused.",
        ),
      storage: backupStorage
        .exactOptional()
        .describe(
          "The S3 storage that they are copied to, with the volumes of services and of buckets; left out, they are on the host alone.",
        ),
    },
    expected("a schedule and a retention", 'write { "schedule": "0 3 * * *", "retention": "30d" }'),
  )
  .meta({
    id: "BackupSettings",
    description:
      "When the database is dumped, at the times of a schedule and before releases, and how long dumps are kept.",
  });

export type BackupSettings = z.output<typeof backup>;
