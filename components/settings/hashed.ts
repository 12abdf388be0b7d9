import type { z } from "zod";

declare module "zod" {
  interface GlobalMeta {
    /** True when a setting is part of the settings' hash; the default. */
    hashed?: boolean;
  }
}

/** Marks a setting that decides whether a release may run, and not what runs then. */
export const unhashed = { hashed: false } as const;

/** A schema of settings, as far as their marks are read. */
interface SettingsSchema {
  readonly shape: Readonly<Record<string, z.ZodType>>;
}

/** Returns the settings that say what runs. */
export function hashedSettings(settings: object, { shape }: SettingsSchema): object {
  const known = Object.entries(shape);
  const hashed = new Set(known.filter(([, setting]) => setting.meta()?.hashed !== false).map(([key]) => key));
  return Object.fromEntries(Object.entries(settings).filter(([key]) => hashed.has(key)));
}
