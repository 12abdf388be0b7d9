import { z } from "zod";

import { commit } from "./domain.ts";
import { github } from "./github.ts";
import { kinds } from "./kinds.ts";
import { migrationShape, releasedShape, type ReleasedSettings } from "./released.ts";

/** The settings of `staging`: what was merged, proved here before production takes it. */
export interface StagingSettings extends ReleasedSettings {
  environment: "staging";
  /** The commit whose images run; left out, the one that is checked out. */
  commit?: string;
}

/** The schema of StagingSettings. */
export const stagingSchema = z
  .strictObject({
    environment: z.literal("staging"),
    ...releasedShape(kinds.staging.gateTimeoutSeconds, "staging.example.com"),
    commit: commit.exactOptional(),
    migration: z.strictObject(migrationShape).meta({ id: "MigrationSettings" }).prefault({}),
    github: github(["main"], []).meta({ id: "StagingGithubSettings" }).exactOptional(),
  })
  .meta({ id: "StagingSettings" }) satisfies z.ZodType<StagingSettings>;
