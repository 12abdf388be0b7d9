/** Wrong combinations of settings, which must not compile. `npm run typecheck` fails when one of them does. */
import type { z } from "zod";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import type { applicationSchema } from "../../../components/application/schema.ts";
import type { LocalSettings } from "../../../components/settings/local.ts";
import type { WrittenPreviewSettings } from "../../../components/settings/preview.ts";
import type { ProductionSettings } from "../../../components/settings/production.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";

declare const preview: WrittenPreviewSettings;
declare const staging: StagingSettings;
declare const production: ProductionSettings;
declare const local: LocalSettings;
type Same<One, Other> = [One, Other] extends [Other, One] ? true : false;

/** A source that a preview's secrets cannot have. */
const fromVault = { JWT_SECRET: { source: "vault" as const, path: "secret/notes" } };

/** Never runs; the compiler reads it. */
export function wrongCombinations(): unknown[] {
  const { backup, promoteFrom, ...rest } = production;
  return [
    // A preview has nothing of production's.
    // @ts-expect-error no host of production's
    { ...preview, hosts: production.hosts } satisfies WrittenPreviewSettings,
    // @ts-expect-error no database to back up
    { ...preview, backup: production.backup } satisfies WrittenPreviewSettings,
    // @ts-expect-error no secret store
    { ...preview, vault: production.vault } satisfies WrittenPreviewSettings,
    // @ts-expect-error no secret out of one
    { ...preview, secrets: fromVault } satisfies WrittenPreviewSettings,
    // @ts-expect-error no domain of its own
    { ...preview, domain: production.domain } satisfies WrittenPreviewSettings,
    // @ts-expect-error and is nothing else than a preview
    { ...preview, environment: "production" } satisfies WrittenPreviewSettings,

    // Production has what keeps it safe.
    // @ts-expect-error no production without a backup
    { ...rest, promoteFrom } satisfies ProductionSettings,
    // @ts-expect-error no production without a source
    { ...rest, backup } satisfies ProductionSettings,
    // @ts-expect-error no other source than staging
    { ...production, promoteFrom: "ci" } satisfies ProductionSettings,
    // @ts-expect-error no commit of its own: digests come from staging
    { ...production, commit: "0123" } satisfies ProductionSettings,
    // @ts-expect-error staging promotes from nowhere
    { ...staging, promoteFrom: "staging" } satisfies StagingSettings,
    // @ts-expect-error a local machine has no limits, domain or hosts
    { ...local, limits: preview.limits } satisfies LocalSettings,
  ];
}

/** Fails to compile unless the keys of `application.ts` are those that its schema takes. */
export const same: Same<keyof z.input<typeof applicationSchema>, keyof ApplicationDescription> = true;
