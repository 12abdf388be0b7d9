import { z } from "zod";

import { expected, expectedKind } from "../input/input-checks.ts";
import { days } from "./durations.ts";

/** The name of an environment variable. */
export const variableWords = expected(
  "a variable's name of letters, digits and underscores, not starting with a digit",
  'for example "JWT_SECRET"',
);
const variable = z.string(variableWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variableWords);

const lengthWords = expected("a length from 16 to 256", "take 32 if in doubt");
const generated = {
  source: z.literal("generated"),
  length: z
    .int(lengthWords)
    .min(16, lengthWords)
    .max(256, lengthWords)
    .default(32)
    .describe("How many letters and digits the value has: 16 to 256."),
};
const generationWords = expected("a whole number from 1 on", "take the next one for a new value");
const generation = z
  .int(generationWords)
  .min(1, generationWords)
  .exactOptional()
  .describe("Which value this is, counted from 1: a higher number makes a new value. Left out, 1.");
const configuration = { source: z.literal("configuration") };
const environment = {
  source: z.literal("environment"),
  variable: variable.exactOptional().describe("The variable's name; left out, the secret's own."),
};

const vaultPathWords = expected("a path with its store first", 'for example "secret/notes/production"');
const vault = {
  source: z.literal("vault"),
  path: z
    .string(vaultPathWords)
    .regex(/^[^/\s]+(?:\/[^/\s]+)+$/, vaultPathWords)
    .describe("The entry's path, its store first, such as `secret/notes/production`."),
  field: z
    .string(expected("a field's name", 'for example "JWT_SECRET"'))
    .min(1)
    .exactOptional()
    .describe("The entry's field; left out, the secret's own name."),
};

const rotate = z
  .strictObject({
    every: days("an age in days from 1d to 3650d", 'for example "90d"', 3650).describe(
      "The age at which a new value is due, in days; written as `90d`.",
    ),
    overlap: z
      .boolean(expected("true or false", "take true where the application accepts two values"))
      .default(false)
      .describe(
        "Whether the value from before stays valid beside the new one, until the rotation after it: its services are given it, too, as `<NAME>_PREVIOUS`. For a given value it comes from the same source: from `<NAME>_PREVIOUS` in the configuration or the environment, from the entry's version before in Vault.",
      ),
  })
  .meta({ id: "RotationSettings", description: "When a secret is due for a new value." })
  .exactOptional()
  .describe("When a new value is due; left out, never.");

const fix = 'write { "source": "configuration" } and put the value under towpath:secretValues';
const sources = ["generated", "configuration", "environment"];

/** A secret's source in local, ci and previews. */
export const secretSource = z.discriminatedUnion(
  "source",
  [
    z.strictObject(generated).meta({
      id: "GeneratedSource",
      description: "Towpath makes the value once and keeps it, encrypted, in the state.",
    }),
    z.strictObject(configuration).meta({
      id: "ConfigurationSource",
      description: "The value stands, encrypted, in the stack's configuration, under `towpath:secretValues`.",
    }),
    z.strictObject(environment).meta({
      id: "EnvironmentSource",
      description:
        "The value is in an environment variable of the one who runs the deployment; in `local` also in the project's `.env`.",
    }),
  ],
  expectedKind("source", sources, fix),
);

export const secretKey = z.string();

/** The setting of the secrets' sources where values are generated unless it says otherwise. */
export const generatedSecrets = z
  .record(secretKey, secretSource)
  .prefault({})
  .describe(
    "Where the values of secrets come from, by the secret's name; `generated` for those that are not named, and in `local` the project's `.env` for those that it has.",
  );

export type SecretSource = z.output<typeof secretSource>;

const releasedVault = z.strictObject({ ...vault, rotate }).meta({
  id: "ReleasedVaultSource",
  description: "The value is kept by HashiCorp Vault or OpenBao, in a key-value store of version 2.",
});

export type ReleasedVaultSource = z.output<typeof releasedVault>;

/** A secret's source in staging and production. */
export const releasedSecretSource = z.discriminatedUnion(
  "source",
  [
    z
      .strictObject({
        ...generated,
        generation,
        rotate,
      })
      .meta({ id: "ReleasedGeneratedSource", description: "As `generated`, in staging and production." }),
    z
      .strictObject({
        ...configuration,
        rotate,
      })
      .meta({
        id: "ReleasedConfigurationSource",
        description: "As `configuration`, in staging and production.",
      }),
    z
      .strictObject({ ...environment, rotate })
      .meta({ id: "ReleasedEnvironmentSource", description: "As `environment`, in staging and production." }),
    releasedVault,
  ],
  expectedKind("source", [...sources, "vault"], fix),
);

export type ReleasedSecretSource = z.output<typeof releasedSecretSource>;

/** Returns the generation of a generated secret's value, counted from 1; the others have only one. */
export function generationOf(source: SecretSource | ReleasedSecretSource): number {
  return "generation" in source ? (source.generation ?? 1) : 1;
}

/** Tells whether the value from before stays valid beside a new one. */
export function overlaps(source: SecretSource | ReleasedSecretSource): boolean {
  return "rotate" in source && source.rotate.overlap;
}

// The rule that application.ts has for its secrets' names is checked there; here every name is looked up.
