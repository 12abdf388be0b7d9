import * as pulumi from "@pulumi/pulumi";
import { environmentOf, namespaceFor, pullRequestOf } from "./naming/namespace.ts";
import { parseSettings, type Settings } from "./settings/settings.ts";
import type { ReleasedSecretSource, SecretSource } from "./settings/secret-source.ts";
import { userErrors } from "./user-errors.ts";

/** The stack's settings, and the values of those secrets that are given and not made. */
export type LoadedSettings = Settings & {
  readonly secretValues: Readonly<Record<string, pulumi.Output<string>>>;
};

/**
 * Reads and checks the stack's configuration; nothing else in the program reads it.
 *
 * `environment` and `namespace` follow from the stack's name unless they are set. Fails with all problems at once.
 */
export function loadSettings(applicationName: string): LoadedSettings {
  const configuration = stackConfiguration();
  const stack = pulumi.getStack();
  const settings = userErrors(() =>
    parseSettings(configuration, {
      environment: environmentOf(stack),
      namespace: namespaceFor(applicationName, stack),
      pullRequest: pullRequestOf(stack),
      imageMirror: process.env.TOWPATH_IMAGE_MIRROR,
    }),
  );
  const inConfiguration = (configuration.secretValues ?? {}) as Record<string, string>;
  return { ...settings, secretValues: secretValues(settings, inConfiguration) };
}

/** The stack's own keys without their prefix, each value as it stands in the file. */
function stackConfiguration(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), plain(value)]),
  );
}

/** Pulumi hands every value over as text; numbers, booleans, lists and maps are written as JSON. */
function plain(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function secretValues(
  settings: Settings,
  inConfiguration: Readonly<Record<string, string>>,
): Record<string, pulumi.Output<string>> {
  const values: Record<string, string | undefined> = { ...inConfiguration };
  const sources: Record<string, SecretSource | ReleasedSecretSource> = settings.secrets;
  for (const [name, source] of Object.entries(sources)) {
    if (source.source === "environment") values[name] = process.env[source.variable ?? name];
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(given.map(([name, value]) => [name, pulumi.secret(value)]));
}
