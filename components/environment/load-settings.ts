import * as pulumi from "@pulumi/pulumi";
import { previousName } from "../application/previous-secrets.ts";
import { defined } from "../input/defined.ts";
import { userErrors } from "../input/user-errors.ts";
import { readWorkspace } from "../naming/read-workspace.ts";
import { fallbacksFor, readConfiguration } from "../settings/configuration.ts";
import type { AgentCredential, CredentialSource } from "../settings/credential.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { overlaps } from "../settings/secret-source.ts";
import { parseSettings, secretSourcesOf, type Settings } from "../settings/settings.ts";
import { readEnvFile } from "../settings/env-file.ts";

/**
 * Reads and checks the stack's configuration; nothing else in the program reads it.
 *
 * `environment` and `namespace` follow from the stack's name, and for a stack that every working copy has of its own from
 * that, unless they are set. Fails with all problems at once.
 */
export function loadSettings(applicationName: string): LoadedSettings {
  const raw = readConfiguration(pulumi.runtime.allConfig());
  const settings = userErrors(() => {
    const surroundings = { workspace: () => readWorkspace(process.cwd()), variables: process.env };
    return parseSettings(raw, fallbacksFor(applicationName, pulumi.getStack(), surroundings));
  });
  const inConfiguration = (raw.secretValues ?? {}) as Record<string, string>;
  const envValues = settings.environment === "local" ? readEnvFile(process.cwd()) : undefined;
  return {
    settings,
    secretValues: secretValues(settings, inConfiguration, { ...envValues, ...process.env }),
    ...defined({ envValues }),
    credential: (source) => credential(source, inConfiguration),
  };
}

function credential(
  source: CredentialSource | AgentCredential,
  inConfiguration: Readonly<Record<string, string>>,
): string | undefined {
  if (source.source === "agent") return undefined;
  const value =
    source.source === "configuration" ? inConfiguration[source.name] : process.env[source.variable];
  return value === "" ? undefined : value;
}

/** Returns the configuration's and the variables' values. Missing ones are reported when the application is known. */
function secretValues(
  settings: Settings,
  inConfiguration: Readonly<Record<string, string>>,
  variables: NodeJS.ProcessEnv,
): Record<string, pulumi.Output<string>> {
  const values: Record<string, string | undefined> = { ...inConfiguration };
  for (const [name, source] of Object.entries(secretSourcesOf(settings))) {
    const variable = source.source === "environment" ? (source.variable ?? name) : name;
    if (source.source === "environment") values[name] = variables[variable];
    if (!overlaps(source)) continue;
    const previous = previousName(name);
    if (source.source === "environment") values[previous] = variables[previousName(variable)];
    // A generated value's and Vault's are not given here; one that is the same was put there in vain.
    const isGiven = source.source === "environment" || source.source === "configuration";
    if (!isGiven || values[previous] === values[name]) values[previous] = undefined;
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(given.map(([name, value]) => [name, pulumi.secret(value)]));
}
