import * as pulumi from "@pulumi/pulumi";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Application } from "../application/application.ts";
import { withEnvVariables } from "../application/env-file.ts";
import { defined } from "../input/defined.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { LocalSettings } from "../settings/local.ts";
import { envFile } from "../settings/env-file.ts";

/** The names and values of a project's `.env`; a variable of the environment wins over the line of its name. */
export function readEnvFile(
  folder: string,
  variables: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const file = join(folder, envFile);
  if (!existsSync(file)) return {};
  const lines = defined(parseEnv(readFileSync(file, "utf8"))) as Record<string, string>;
  const names = Object.keys(lines);
  return { ...lines, ...defined(Object.fromEntries(names.map((name) => [name, variables[name]]))) } as Record<
    string,
    string
  >;
}

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
