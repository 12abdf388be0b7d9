import { z } from "zod";

import { expected, expectedKind } from "../input/input-checks.ts";
import { seconds } from "./durations.ts";

const serviceWords = expected("the name of one of the application's services", 'for example "api"');
const commandWords = expected("a command with one item a word", 'for example ["python", "-m", "notes.seed"]');

/** What a preview's data is at first. */
export const previewData = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("empty") }).meta({
      id: "EmptyData",
      description: "An empty database, as the migrations leave it.",
    }),
    z
      .strictObject({
        kind: z.literal("seed"),
        service: z
          .string(serviceWords)
          .min(1, serviceWords)
          .describe("The service whose image, variables and secrets the command has."),
        command: z
          .array(z.string(commandWords), commandWords)
          .min(1, commandWords)
          .describe(
            "The command: it runs once, when the new database is migrated, and again after a reset. A failed one is repeated by the next `up`.",
          ),
        timeoutSeconds: seconds(1, 600).describe("How long it may take, in seconds."),
      })
      .meta({ id: "SeedData", description: "What a command of the application writes." }),
    z.strictObject({ kind: z.literal("template") }).meta({
      id: "TemplateData",
      description: "A clone of the template of the stack that `gateway` names.",
    }),
  ],
  expectedKind("kind", ["empty", "seed", "template"], 'write { "kind": "empty" } if in doubt'),
);

export type PreviewData = z.output<typeof previewData>;
export type SeedData = Extract<PreviewData, { kind: "seed" }>;
