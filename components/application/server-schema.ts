import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { databaseNameForm } from "./database-name.ts";
import { isReference, namesVersion } from "./images.ts";

const postgresWords = expected("a version from 14 to 18", "take the one that your data was made with");

const databaseWords = expected(
  "a name of lower-case letters, digits and underscores, from a letter on, with ${environment} and ${namespace} in it where it differs",
  'for example "finance_report_${environment}"',
);

const imageWords = expected(
  "the reference of an image of that version, with a tag or a digest",
  'for example "pgvector/pgvector:pg16"',
);

const settingWords = expected(
  "a setting's name of lower-case letters, digits and underscores, with at most one dot",
  'for example "max_connections"',
);
const valueWords = expected(
  "a number, true, false, or a text of one line and at most 1000 characters",
  'for example 200, or "64MB"',
);

/** A setting's value, as its server is told. */
const value = z
  .union([z.number(), z.boolean(), z.string()], valueWords)
  .refine(isValue, valueWords)
  .transform((given) => (typeof given === "boolean" ? (given ? "on" : "off") : String(given)));

function isValue(given: unknown): boolean {
  if (typeof given === "string") return /^[^\p{Cc}]{1,1000}$/u.test(given);
  return typeof given === "boolean" || (typeof given === "number" && Number.isFinite(given));
}

const settings = z
  .record(
    z.string(settingWords).regex(/^[a-z_][a-z0-9_]{0,62}(?:\.[a-z_][a-z0-9_]{0,62})?$/, settingWords),
    value,
    expected("settings by their names", "for example { max_connections: 200 }"),
  )
  .exactOptional();

const extensionWords = expected(
  "an extension's name of letters, digits, hyphens and underscores",
  'for example "pg_trgm"',
);

/** The schema of a PostgreSQL server. */
export const postgres = z
  .strictObject({
    version: z.literal([14, 15, 16, 17, 18], postgresWords),
    database: z.string(databaseWords).regex(databaseNameForm, databaseWords).exactOptional(),
    image: z
      .string(imageWords)
      .refine((text) => isReference(text) && namesVersion(text), imageWords)
      .exactOptional(),
    settings,
    extensions: z
      .array(z.string(extensionWords).regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, extensionWords))
      .exactOptional(),
  })
  .meta({ id: "PostgresDescription" });

const redisSettingWords = expected(
  "a setting's name of lower-case letters, digits and hyphens",
  'for example "maxmemory-policy"',
);

/** A setting's value, as it stands in the server's configuration. */
const redisValue = z
  .union([z.number(), z.boolean(), z.string()], valueWords)
  .refine(isValue, valueWords)
  .transform((given) => (typeof given === "boolean" ? (given ? "yes" : "no") : String(given)));

/** The schema of a Redis server, or of one that speaks as it does. */
export const redis = z
  .strictObject({
    version: z.literal([6, 7, 8], expected("a version out of 6, 7 and 8", "take 7 if in doubt")),
    server: z
      .literal(["redis", "valkey"], expected('"redis" or "valkey"', "leave it out for Redis"))
      .exactOptional(),
    persistent: z
      .boolean(expected("true or false", "write false for a cache whose data may be lost"))
      .exactOptional(),
    settings: z
      .record(
        z.string(redisSettingWords).regex(/^[a-z][a-z0-9-]{0,62}$/, redisSettingWords),
        redisValue,
        expected("settings by their names", 'for example { maxmemory: "100mb" }'),
      )
      .exactOptional(),
  })
  .meta({ id: "RedisDescription" });
