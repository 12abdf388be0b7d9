import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { withEnvVariables } from "../application/env-file.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { LocalSettings } from "../settings/local.ts";

/** The settings in which those secrets that `.env` has values of come from there, but for those that have another source. */
export function withEnvSecrets<Loaded extends LoadedSettings<LocalSettings>>(
  application: Pick<Application, "secrets">,
  loaded: Loaded,
): Loaded {
  const { settings, envValues = {} } = loaded;
  const names = Object.keys(application.secrets).filter(
    (name) => (envValues[name] ?? "") !== "" && !Object.hasOwn(settings.secrets, name),
  );
  return fromEnvironment(names, loaded);
}

/** The application with the variables of `.env`, and the settings with their values. */
export function withEnvFile<Loaded extends LoadedSettings<LocalSettings>>(
  application: Application,
  loaded: Loaded,
): Loaded & { application: Application } {
  const complete = withEnvVariables(application, Object.keys(loaded.envValues ?? {}));
  const news = Object.keys(complete.secrets).filter((name) => !Object.hasOwn(application.secrets, name));
  return { ...fromEnvironment(news, loaded), application: complete };
}

function fromEnvironment<Loaded extends LoadedSettings<LocalSettings>>(
  names: readonly string[],
  loaded: Loaded,
): Loaded {
  const { settings, secretValues, envValues = {} } = loaded;
  const sources = Object.fromEntries(names.map((name) => [name, { source: "environment" as const }]));
  const values = Object.fromEntries(names.map((name) => [name, pulumi.secret(envValues[name] ?? "")]));
  return {
    ...loaded,
    settings: { ...settings, secrets: { ...settings.secrets, ...sources } },
    secretValues: { ...secretValues, ...values },
  };
}
