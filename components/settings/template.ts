import { z } from "zod";

import { isReference, namesVersion } from "../application/images.ts";
import { expected } from "../input/input-checks.ts";

const versionWords = expected("a version from 14 to 18", "take the application's own");
const imageWords = expected(
  "the reference of an image of that version, with a tag or a digest",
  'for example "pgvector/pgvector:pg16"',
);
const maskWords = expected("a file relative to the project", 'for example "mask.sql"');
const columnWords = expected("a column as <table>.<column>", 'for example "users.email"');

/** The database that previews' own are cloned from. */
export const template = z
  .strictObject({
    version: z
      .literal([14, 15, 16, 17, 18], versionWords)
      .describe(
        "PostgreSQL's major version, the application's or a newer one; another one is another server, with a template of its own. From 18 on clones share blocks with the template where the file system can (XFS, Btrfs).",
      ),
    image: z
      .string(imageWords)
      .refine((text) => isReference(text) && namesVersion(text), imageWords)
      .exactOptional()
      .describe(
        "The image of that version, where the application names one for its extensions (`postgres.image`); left out, the official one.",
      ),
    mask: z
      .string(maskWords)
      .regex(/^[^/~\\]/, maskWords)
      .describe("The file with the SQL that masks a copy of staging's database."),
    personal: z
      .array(z.string(columnWords).regex(/^(?:[^.\s]+\.)?[^.\s]+\.[^.\s]+$/, columnWords), columnWords)
      .describe(
        "The columns with personal data, as `<table>.<column>` or `<schema>.<table>.<column>`: a copy in which one has a value of staging's is refused.",
      ),
  })
  .meta({
    id: "TemplateSettings",
    description:
      "The database that previews' own are cloned from: a masked copy of staging's, on a server of the host's own. There is no setting that leads to production's.",
  });

export type TemplateSettings = z.output<typeof template>;
