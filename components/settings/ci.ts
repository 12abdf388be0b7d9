import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { basicShape, type BasicSettings } from "./basic.ts";
import { kinds } from "./kinds.ts";
import { registry, type RegistrySettings } from "./registry.ts";
import { secretKey, secretSource, type SecretSource } from "./secret-source.ts";

/** The settings of `ci`: everything thrown away after the checks, on a laptop as on a runner. */
export interface CiSettings extends BasicSettings {
  environment: "ci";
  /** `local`: databases and buckets of its own on the servers of the local environment. `none`: servers of its own. */
  reuse: "none" | "local";
  /** Where images that passed are published to when asked; each of them gets all. */
  registries: RegistrySettings[];
  /** Where the values of secrets come from, by the secret's name; `generated` for those that are not named. */
  secrets: Record<string, SecretSource>;
}

/** The schema of CiSettings. */
export const ciSchema = z
  .strictObject({
    environment: z.literal("ci"),
    ...basicShape(kinds.ci.gateTimeoutSeconds),
    reuse: z
      .enum(["none", "local"], expected('"none" or "local"', "take none for servers of its own"))
      .default("none"),
    registries: z.array(registry).default([]),
    secrets: z.record(secretKey, secretSource).prefault({}),
  })
  .meta({ id: "CiSettings" }) satisfies z.ZodType<CiSettings>;
