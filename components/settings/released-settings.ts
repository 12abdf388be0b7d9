import type { PreviewSettings } from "./preview.ts";
import type { ProductionSettings } from "./production.ts";
import type { StagingSettings } from "./staging.ts";

/** The settings of an environment that is released to a host. */
export type ReleasedSettings = PreviewSettings | StagingSettings | ProductionSettings;
