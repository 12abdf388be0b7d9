import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { approval, approvals, type Approval, type ApprovalSettings } from "./approval.ts";
import { backup, type BackupSettings } from "./backup.ts";
import { github, pattern } from "./github.ts";
import { kinds } from "./kinds.ts";
import {
  migrationShape,
  reason,
  releasedShape,
  type MigrationSettings,
  type ReleasedSettings,
} from "./released.ts";

/** The settings of `production`: only what staging proved, and nothing without a backup. */
export interface ProductionSettings extends ReleasedSettings {
  environment: "production";
  /** The stack whose release record the digests come from. */
  promoteFrom: "staging";
  /** The branches that may go to production, as patterns such as `main` or `release/*`: releases of others stay on staging. With `**`, every release may; left out, those of the default branch. */
  promoteBranches?: string[];
  /** Lets through digests that staging has no receipts for; left out, they are refused. */
  allowUnproven?: UnprovenSettings;
  /** Whether staging's digests also need the receipt of end-to-end tests: `towpath receipt end-to-end`. */
  requireEndToEnd: boolean;
  /** Who has to approve a release with a signature: `towpath approve`; left out, nobody. */
  approval?: ApprovalSettings;
  /** The approvals that were given; `towpath approve` writes them. */
  approvals: Approval[];
  /** When the database is backed up. */
  backup: BackupSettings;
  /** How the schema is migrated. */
  migration: ProductionMigrationSettings;
}

/** Why digests without receipts are let through. */
export interface UnprovenSettings {
  /** The reason; it is kept in the release record. */
  reason: string;
}

/** How production's schema is migrated. */
export interface ProductionMigrationSettings extends MigrationSettings {
  /** The revision whose destructive steps (drop, rename, change of type) are meant; left out, such a migration is refused. */
  acknowledge?: string;
}

const branchesWords = expected("at least one branch", 'for example ["main", "release/*"]');
const revisionWords = expected("a revision", "take the one that the plan names");

/** The schema of ProductionSettings. */
export const productionSchema = z
  .strictObject({
    environment: z.literal("production"),
    ...releasedShape(kinds.production.gateTimeoutSeconds, "notes.example.com"),
    promoteFrom: z.literal("staging", expected('"staging"', "production takes only what staging proved")),
    promoteBranches: z.array(pattern, branchesWords).min(1, branchesWords).exactOptional(),
    allowUnproven: z.strictObject({ reason }).meta({ id: "UnprovenSettings" }).exactOptional(),
    requireEndToEnd: z.boolean(expected("true or false", "write it without quotes")).default(false),
    approval: approval.exactOptional(),
    approvals,
    backup,
    migration: z
      .strictObject({
        ...migrationShape,
        acknowledge: z.string(revisionWords).regex(/^\S+$/, revisionWords).exactOptional(),
      })
      .meta({ id: "ProductionMigrationSettings" })
      .prefault({}),
    github: github([], ["v*", "prod-*"]).meta({ id: "ProductionGithubSettings" }).exactOptional(),
  })
  .meta({ id: "ProductionSettings" }) satisfies z.ZodType<ProductionSettings>;
