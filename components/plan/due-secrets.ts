import type { Application } from "../application/application.ts";
import { previousName } from "../application/previous-secrets.ts";
import { generationOf, overlaps, type ReleasedSecretSource } from "../settings/secret-source.ts";
import type { ReleaseRecord } from "./release-record.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** The facts that tell the age of a secret's value in this run. */
export interface SecretAge {
  readonly environment: ReleasedSettings["environment"];
  /** This stack's records, newest first. */
  readonly records: readonly ReleaseRecord[];
  /** The version of the value that this run delivers. */
  readonly version: string;
  readonly now: Date;
}

/** Returns a warning about a secret whose value is older than its setting allows; undefined for all others. */
export function dueSecret(
  { services }: Pick<Application, "services">,
  secret: string,
  source: ReleasedSecretSource,
  age: SecretAge,
): string | undefined {
  const { rotate } = source;
  const days = ageInDays(secret, age);
  if (rotate === undefined || days < rotate.every) return undefined;
  const users = Object.keys(services).filter((name) => services[name]?.secrets.includes(secret));
  const up = `npm run pulumi -- up --stack ${age.environment}`;
  return (
    `towpath:secrets.${secret}.rotate: expected a value of less than ${rotate.every} days, got one of ${days} days; ` +
    `${nextStep(secret, source, age.environment)}, and run ${up}, which replaces ${users.join(", ")}`
  );
}

/**
 * Returns a warning about a secret whose value changes in this run, and whose value from before is not the one that
 * users have: both should be valid, and are not. Undefined for all others.
 */
export function lostOverlap(
  secret: string,
  source: ReleasedSecretSource,
  { records, version }: Pick<SecretAge, "records" | "version">,
  previousVersion: string | undefined,
): string | undefined {
  const used = records[0]?.secretVersions[secret];
  if (!overlaps(source) || used === undefined || used === version || used === previousVersion)
    return undefined;
  const got = previousVersion === undefined ? "none" : "another one";
  return (
    `towpath:secrets.${secret}.rotate.overlap: expected ${previousName(secret)} to be the value that users have now, got ${got}; ` +
    `${keptStep(secret, source)}, or what was made with it is refused from this run on`
  );
}

function keptStep(secret: string, source: ReleasedSecretSource): string {
  switch (source.source) {
    case "generated":
      return `raise towpath:secrets.${secret}.generation by one at a time`;
    case "configuration":
      return `put it under ${previousName(`towpath:secretValues.${secret}`)}`;
    case "environment":
      return `give it in the environment variable ${previousName(source.variable ?? secret)}`;
    case "vault":
      return `write it to ${source.path} once more, and the new one after it`;
  }
}

/**
 * Returns the age of a secret's value in whole days: since the oldest of the newest records with its version.
 *
 * 0 for a value that no release has brought yet. It is at least that much where the records do not reach back far enough.
 */
export function ageInDays(secret: string, { records, version, now }: Omit<SecretAge, "environment">): number {
  const until = records.findIndex(({ secretVersions }) => secretVersions[secret] !== version);
  const first = records[(until === -1 ? records.length : until) - 1];
  if (first === undefined) return 0;
  return Math.floor((now.getTime() - Date.parse(first.endedAt)) / 86_400_000);
}

function nextStep(secret: string, source: ReleasedSecretSource, stack: string): string {
  const setting = `towpath:secretValues.${secret}`;
  const overlap = overlaps(source);
  switch (source.source) {
    case "generated":
      return `set towpath:secrets.${secret}.generation to ${generationOf(source) + 1}`;
    case "configuration": {
      const set = `set a new one with npm run pulumi -- config set --stack ${stack} --secret --path ${setting}`;
      return overlap ? `put this one under ${previousName(setting)}, ${set}` : set;
    }
    case "environment": {
      const { variable = secret } = source;
      const give = `give a new one in the environment variable ${variable}`;
      return overlap ? `${give} and this one in ${previousName(variable)}` : give;
    }
    case "vault":
      return `write a new version of ${source.path} with another ${source.field ?? secret}`;
  }
}
