import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel } from "../naming/namespace.ts";
import { seconds } from "./durations.ts";
import { unhashed } from "./hashed.ts";

/** The longest name of a command. */
const longestName = 40;

const nameWords = expected(
  `a name of lower-case letters, digits and hyphens, from a letter on, at most ${longestName} characters`,
  'for example "end-to-end"',
);
const commandWords = expected("a line for the shell", 'for example "npx playwright test"');
const checkWords = expected("a command", 'write { "command": "npx playwright test" }');
const pageWords = expected("a page", 'write { "path": "/" }');
const pathWords = expected("a path from / on, without a host", 'for example "/login"');
const widthWords = expected("a width in pixels from 200 to 4000", "take 1280 if in doubt");

const command = z
  .strictObject(
    {
      command: z
        .string(commandWords)
        .min(1, commandWords)
        .describe(
          "The command, for the shell, in the project's folder. It passes with exit code 0, and finds the preview by TOWPATH_PREVIEW_URL, and its password, where one is asked for, in TOWPATH_PREVIEW_PASSWORD.",
        ),
      timeoutSeconds: seconds(1, 600).describe("How long it may take, in seconds."),
    },
    checkWords,
  )
  .meta({ id: "PreviewCommand", description: "A command that checks a preview." });

const page = z
  .strictObject(
    {
      path: z
        .string(pathWords)
        .regex(/^\/(?!\/)\S*$/, pathWords)
        .describe("Its path: `/login`."),
      width: z
        .int(widthWords)
        .min(200, widthWords)
        .max(4000, widthWords)
        .default(1280)
        .describe("The width of the browser's window, in pixels."),
    },
    pageWords,
  )
  .meta({ id: "PreviewPage", description: "A page that a picture is taken of." });

/** The setting of what `towpath preview check` does beside asking whether the preview is well. */
export const previewChecks = z
  .strictObject({
    commands: z
      .record(
        z.string().refine((name) => isLabel(name, longestName), nameWords),
        command,
      )
      .default({})
      .describe("Commands by names of your own, run one after the other."),
    pages: z.array(page).default([]).describe("Pages that pictures are taken of, for the comment."),
  })
  .meta({ id: "PreviewChecks", description: "What is checked of a preview that runs." })
  .prefault({})
  .describe("What `towpath preview check` does beside asking whether the preview is well.")
  .meta(unhashed);

export type PreviewChecks = z.output<typeof previewChecks>;
