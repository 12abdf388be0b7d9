import { z } from "zod";

import { expected, expectedKind } from "../input/input-checks.ts";
import { days } from "./durations.ts";

/** Where the value of a secret comes from. */
export type SecretSource = GeneratedSource | ConfigurationSource | EnvironmentSource;

/** Towpath makes the value once and keeps it, encrypted, in the state. */
export interface GeneratedSource {
  source: "generated";
  /** How many letters and digits the value has: 16 to 256. */
  length: number;
}

/** The value stands, encrypted, in the stack's configuration, under `towpath:secretValues`. */
export interface ConfigurationSource {
  source: "configuration";
}

/** The value is in an environment variable of the one who runs the deployment. */
export interface EnvironmentSource {
  source: "environment";
  /** The variable's name; left out, the secret's own. */
  variable?: string;
}

/** Where the value of a secret comes from in staging and production, and when it is due for a new one. */
export type ReleasedSecretSource =
  ReleasedGeneratedSource | ReleasedConfigurationSource | ReleasedEnvironmentSource | ReleasedVaultSource;

/** A secret that may be due for a new value. */
export interface Rotating {
  /** When a new value is due; left out, never. */
  rotate?: RotationSettings;
}

/** As `generated`, in staging and production. */
export interface ReleasedGeneratedSource extends GeneratedSource, Rotating {
  /** Which value this is, counted from 1: a higher number makes a new value. Left out, 1. */
  generation?: number;
}

/** As `configuration`, in staging and production. */
export interface ReleasedConfigurationSource extends ConfigurationSource, Rotating {}

/** As `environment`, in staging and production. */
export interface ReleasedEnvironmentSource extends EnvironmentSource, Rotating {}

/** The value is kept by HashiCorp Vault or OpenBao, in a key-value store of version 2. */
export interface ReleasedVaultSource extends Rotating {
  source: "vault";
  /** The entry's path, its store first, such as `secret/notes/production`. */
  path: string;
  /** The entry's field; left out, the secret's own name. */
  field?: string;
}

/** When a secret is due for a new value. */
export interface RotationSettings {
  /** The age at which a new value is due, in days; written as `90d`. */
  every: number;
  /**
   * Whether the value from before stays valid beside the new one, until the rotation after it: its services are given it,
   * too, as `<NAME>_PREVIOUS`. For a given value it comes from the same source: from `<NAME>_PREVIOUS` in the configuration
   * or the environment, from the entry's version before in Vault.
   */
  overlap: boolean;
}

/** The name of an environment variable. */
export const variableWords = expected(
  "a variable's name of letters, digits and underscores, not starting with a digit",
  'for example "JWT_SECRET"',
);
const variable = z.string(variableWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variableWords);

const lengthWords = expected("a length from 16 to 256", "take 32 if in doubt");
const generated = {
  source: z.literal("generated"),
  length: z.int(lengthWords).min(16, lengthWords).max(256, lengthWords).default(32),
};
const generationWords = expected("a whole number from 1 on", "take the next one for a new value");
const generation = z.int(generationWords).min(1, generationWords).exactOptional();
const configuration = { source: z.literal("configuration") };
const environment = { source: z.literal("environment"), variable: variable.exactOptional() };

const vaultPathWords = expected("a path with its store first", 'for example "secret/notes/production"');
const vault = {
  source: z.literal("vault"),
  path: z.string(vaultPathWords).regex(/^[^/\s]+(?:\/[^/\s]+)+$/, vaultPathWords),
  field: z.string(expected("a field's name", 'for example "JWT_SECRET"')).min(1).exactOptional(),
};

const rotate = z
  .strictObject({
    every: days("an age in days from 1d to 3650d", 'for example "90d"', 3650),
    overlap: z
      .boolean(expected("true or false", "take true where the application accepts two values"))
      .default(false),
  })
  .meta({ id: "RotationSettings" })
  .exactOptional();

const fix = 'write { "source": "configuration" } and put the value under towpath:secretValues';
const sources = ["generated", "configuration", "environment"];

/** A secret's source in local, ci and previews. */
export const secretSource = z.discriminatedUnion(
  "source",
  [
    z.strictObject(generated).meta({ id: "GeneratedSource" }),
    z.strictObject(configuration).meta({ id: "ConfigurationSource" }),
    z.strictObject(environment).meta({ id: "EnvironmentSource" }),
  ],
  expectedKind("source", sources, fix),
);

/** A secret's source in staging and production. */
export const releasedSecretSource = z.discriminatedUnion(
  "source",
  [
    z.strictObject({ ...generated, generation, rotate }).meta({ id: "ReleasedGeneratedSource" }),
    z.strictObject({ ...configuration, rotate }).meta({ id: "ReleasedConfigurationSource" }),
    z.strictObject({ ...environment, rotate }).meta({ id: "ReleasedEnvironmentSource" }),
    z.strictObject({ ...vault, rotate }).meta({ id: "ReleasedVaultSource" }),
  ],
  expectedKind("source", [...sources, "vault"], fix),
);

/** Which of its values a generated secret has, counted from 1; the others have only one. */
export function generationOf(source: SecretSource | ReleasedSecretSource): number {
  return "generation" in source ? (source.generation ?? 1) : 1;
}

/** Whether the value from before stays valid beside a new one. */
export function overlaps(source: SecretSource | ReleasedSecretSource): boolean {
  return "rotate" in source && source.rotate.overlap;
}

// The rule that application.ts has for its secrets' names is checked there; here every name is looked up.
export const secretKey = z.string();
