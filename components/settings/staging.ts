import { z } from "zod";

import { environment } from "./basic.ts";
import { commit } from "./domain.ts";
import { github } from "./github.ts";
import { unhashed } from "./hashed.ts";
import { kinds } from "./kinds.ts";
import { migrationShape, releasedShape } from "./released.ts";

/** How the schema is migrated. */
export const migrationSchema = z
  .strictObject(migrationShape)
  .meta({ id: "MigrationSettings", description: "How the schema is migrated." });

/** The settings of staging. */
export const stagingSchema = z
  .strictObject({
    environment: environment("staging"),
    ...releasedShape(kinds.staging.gateTimeoutSeconds, "staging.example.com"),
    commit: commit
      .exactOptional()
      .describe(
        "The commit whose images run; left out, that of the variable TOWPATH_COMMIT, or the one that is checked out.",
      )
      .meta(unhashed),
    migration: migrationSchema.prefault({}).describe("How the schema is migrated."),
    github: github("StagingGithubSettings", ["main"], []),
  })
  .meta({
    id: "StagingSettings",
    description: "The settings of `staging`: what was merged, proved here before production takes it.",
  });

export type StagingSettings = z.output<typeof stagingSchema>;
