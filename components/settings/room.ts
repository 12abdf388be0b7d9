import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { bytes } from "./limits.ts";

const units = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The longest time after which a preview may sleep, in seconds: 30 days. */
const longestAwake = 30 * units.d;

const memoryWords = expected("memory in MiB or GiB", 'for example "4GiB"');
const previewsWords = expected("a number of previews from 1 to 1000", "take 6 if in doubt");
const whenFullWords = expected(
  '"sleep" or "wait"',
  'take "sleep" to let the oldest idle preview make room, or "wait" to queue the new one',
);
const sleepAfterWords = expected("a time from 10s to 30d, in s, m, h or d", 'for example "2h"');

/** The room for previews on a host. */
export const room = z
  .strictObject(
    {
      memory: z
        .string(memoryWords)
        .refine((text) => bytes(text) !== undefined && !text.endsWith("KiB"), memoryWords)
        .transform((text) => bytes(text) ?? 0)
        .describe(
          "Memory, in bytes; written with its unit, `MiB` or `GiB`: what the containers of all previews that are awake may use together, by their limits.",
        ),
      previews: z
        .int(previewsWords)
        .min(1, previewsWords)
        .max(1000, previewsWords)
        .describe("How many previews may be awake."),
      whenFull: z
        .enum(["sleep", "wait"], whenFullWords)
        .default("sleep")
        .describe(
          "`sleep`: the preview that has been idle for longest makes room. `wait`: a new preview waits in a queue.",
        ),
      sleepAfter: z
        .string(sleepAfterWords)
        .regex(/^[1-9][0-9]{0,6}[smhd]$/, sleepAfterWords)
        .refine((text) => secondsOf(text) >= 10 && secondsOf(text) <= longestAwake, sleepAfterWords)
        .transform(secondsOf)
        .prefault("2h")
        .describe(
          "How long after its last use a preview falls asleep, in seconds; written as `30m` or `2h`.",
        ),
    },
    expected("the room for previews", 'write { "memory": "4GiB", "previews": 6 }'),
  )
  .meta({ id: "RoomSettings", description: "The room for previews on a host." });

export type Room = z.output<typeof room>;

function secondsOf(text: string): number {
  return Number.parseInt(text) * units[text.slice(-1) as keyof typeof units];
}
