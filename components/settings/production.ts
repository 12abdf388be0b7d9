import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { approval, approvals } from "./approval.ts";
import { backup } from "./backup.ts";
import { environment } from "./basic.ts";
import { github, pattern } from "./github.ts";
import { unhashed } from "./hashed.ts";
import { kinds } from "./kinds.ts";
import { migrationShape, reason, releasedShape } from "./released.ts";

const branchesWords = expected("at least one branch", 'for example ["main", "release/*"]');
const revisionWords = expected("a revision", "take the one that the plan names");

const unproven = z
  .strictObject({ reason: reason.describe("The reason; it is kept in the release record.") })
  .meta({ id: "UnprovenSettings", description: "Why digests without receipts are let through." });

export type UnprovenSettings = z.output<typeof unproven>;

/** The settings of production. */
export const productionSchema = z
  .strictObject({
    environment: environment("production"),
    ...releasedShape(kinds.production.gateTimeoutSeconds, "notes.example.com"),
    promoteFrom: z
      .literal("staging", expected('"staging"', "production takes only what staging proved"))
      .describe("The stack whose release record the digests come from."),
    promoteBranches: z
      .array(pattern, branchesWords)
      .min(1, branchesWords)
      .exactOptional()
      .describe(
        "The branches that may go to production, as patterns such as `main` or `release/*`: releases of others stay on staging. With `**`, every release may; left out, those of the default branch.",
      )
      .meta(unhashed),
    allowUnproven: unproven
      .exactOptional()
      .describe("Lets through digests that staging has no receipts for; left out, they are refused.")
      .meta(unhashed),
    requireEndToEnd: z
      .boolean(expected("true or false", "write it without quotes"))
      .default(false)
      .describe(
        "Whether staging's digests also need the receipt of end-to-end tests: `towpath receipt end-to-end`.",
      )
      .meta(unhashed),
    approval: approval
      .exactOptional()
      .describe("Who has to approve a release with a signature: `towpath approve`; left out, nobody.")
      .meta(unhashed),
    approvals: approvals
      .describe("The approvals that were given; `towpath approve` writes them.")
      .meta(unhashed),
    backup: backup.describe("When the database is backed up."),
    migration: z
      .strictObject({
        ...migrationShape,
        acknowledge: z
          .string(revisionWords)
          .regex(/^\S+$/, revisionWords)
          .exactOptional()
          .describe(
            "The revision whose destructive steps (drop, rename, change of type) are meant; left out, such a migration is refused.",
          ),
      })
      .meta({ id: "ProductionMigrationSettings", description: "How production's schema is migrated." })
      .prefault({})
      .describe("How the schema is migrated."),
    github: github("ProductionGithubSettings", [], ["v*", "prod-*"]),
  })
  .meta({
    id: "ProductionSettings",
    description: "The settings of `production`: only what staging proved, and nothing without a backup.",
  });

export type ProductionSettings = z.output<typeof productionSchema>;
