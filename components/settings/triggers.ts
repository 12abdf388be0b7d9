import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { unhashed } from "./hashed.ts";

const labelWords = expected("a label's name of at most 50 characters", 'for example "preview"');
const label = z.string(labelWords).min(1, labelWords).max(50, labelWords);
const pathWords = expected("a pattern of files' paths", 'for example "app/**"');

/** The setting of what pull requests have a preview. */
export const triggers = z
  .strictObject({
    labels: z
      .array(label)
      .default([])
      .describe("The labels of which a pull request needs one to have a preview; without any, all have one."),
    paths: z
      .array(z.string(pathWords).min(1, pathWords))
      .default([])
      .describe(
        "The files of which a pull request has to change one, as patterns such as `app/**`, from the repository's root; without any, any file.",
      ),
    drafts: z
      .boolean(expected("true or false", "write it without quotes"))
      .default(true)
      .describe("Whether drafts have a preview, too."),
    forkLabel: label
      .default("preview")
      .describe("The label by which a maintainer releases the newest commit of a fork."),
  })
  .meta({ id: "TriggerSettings", description: "What pull requests have a preview." })
  .prefault({})
  .describe("What pull requests have a preview.")
  .meta(unhashed);

export type TriggerSettings = z.output<typeof triggers>;
