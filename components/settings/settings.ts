import { z } from "zod";

import {
  expectedUnshown,
  nearest,
  parseInput,
  show,
  suggestion,
  type InputWords,
} from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { environmentNames, type EnvironmentName } from "../naming/namespace.ts";
import { ciSchema, type CiSettings } from "./ci.ts";
import { hostStackSchema, type HostStackSettings } from "./host-stack.ts";
import { localSchema, type LocalSettings } from "./local.ts";
import {
  completePreview,
  previewSchema,
  type PreviewSettings,
  type WrittenPreviewSettings,
} from "./preview.ts";
import { productionSchema, type ProductionSettings } from "./production.ts";
import { repositorySchema, type RepositorySettings } from "./repository.ts";
import type { ReleasedSecretSource, SecretSource } from "./secret-source.ts";
import { stagingSchema, type StagingSettings } from "./staging.ts";

/** The settings of one environment; which one, `environment` says. */
export type Settings =
  | LocalSettings
  | CiSettings
  | PreviewSettings
  | StagingSettings
  | ProductionSettings
  | HostStackSettings
  | RepositorySettings;

/** The schemas of all environments, in the order in which a change passes them. */
export const settingsSchemas = {
  local: localSchema,
  ci: ciSchema,
  preview: previewSchema,
  staging: stagingSchema,
  production: productionSchema,
  host: hostStackSchema,
  repository: repositorySchema,
} as const satisfies Record<EnvironmentName, z.ZodObject>;

const valueWords = expectedUnshown("a text", "write numbers and true or false in quotes");

/** The schema of the configuration that is read apart from the settings, because it stays encrypted. */
export const encryptedSchema = z
  .strictObject({
    secretValues: z
      .record(z.string(), z.string(valueWords).min(1, valueWords))
      .default({})
      .describe(
        "The values of the secrets with the source `configuration`, by name. Set one with `npm run pulumi -- config set --secret --path towpath:secretValues.NAME`.",
      ),
  })
  .meta({
    id: "EncryptedConfiguration",
    description:
      "What of the stack's configuration is read apart from the settings, because it stays encrypted.",
  });

/** The values that stand in for settings that are not set, because the stack's name or the machine says them. */
export interface SettingsFallbacks {
  environment?: EnvironmentName | undefined;
  namespace?: string | undefined;
  previewName?: string | undefined;
  commit?: string | undefined;
  fork?: boolean | undefined;
  imageMirror?: string | undefined;
  port?: number | undefined;
}

/**
 * The settings of a stack, checked, with every default filled in.
 *
 * `raw` are the stack's own keys without `towpath:`; `fallbacks` stand in for those that it leaves out. Throws an
 * InputError that names all problems at once, and never shows the value of a secret.
 */
export function parseSettings(raw: unknown, fallbacks: SettingsFallbacks = {}): Settings {
  const given = parseInput(z.record(z.string(), z.unknown()), raw, wordsFor("any environment"));
  const environment = parseEnvironment(given.environment ?? fallbacks.environment);
  const schema: z.ZodObject = settingsSchemas[environment];

  const { secretValues = {}, ...settings } = given;
  const standIns = Object.entries(fallbacks).filter(
    ([key, value]) => value !== undefined && key in schema.shape,
  );
  const words = wordsFor(environment);
  const problems: string[] = [];
  const parsed = collect(problems, () =>
    parseInput(schema, { ...Object.fromEntries(standIns), ...settings }, words),
  );
  collect(problems, () => parseInput(encryptedSchema, { secretValues }, words));
  const result = parsed && completed(parsed as WrittenSettings);
  if (result !== undefined) problems.push(...vaultProblems(result), ...buildCacheProblems(result));
  if (result === undefined || problems.length > 0) throw new InputError(problems);
  return result;
}

/** Settings as they are written. */
type WrittenSettings = Exclude<Settings, PreviewSettings> | WrittenPreviewSettings;

function completed(settings: WrittenSettings): Settings {
  return settings.environment === "preview" ? completePreview(settings) : settings;
}

function parseEnvironment(name: unknown): EnvironmentName {
  const found = environmentNames.find((known) => known === name);
  if (found !== undefined) return found;
  const meant = typeof name === "string" ? nearest(name, environmentNames) : undefined;
  const fix = meant === undefined ? "set it in the stack's Pulumi.<stack>.yaml" : `did you mean "${meant}"`;
  throw new InputError([
    `towpath:environment: expected local, ci, preview, staging, production, host or repository, got ${show(name)}; ${fix}`,
  ]);
}

function wordsFor(environment: string): InputWords {
  return {
    page: "docs/reference/settings.md",
    prefix: "towpath:",
    whole: "settings",
    unknownKey: (key, known, path) => {
      if (path.length > 0) return `unknown field; ${suggestion(key, known)}`;
      const others = environmentNames.filter((name) => key in settingsSchemas[name].shape);
      const fix =
        others.length > 0
          ? `it is a setting of ${others.join(", ")}`
          : suggestion(key, [...known, ...Object.keys(encryptedSchema.shape)]);
      return `unknown setting for ${environment}; ${fix}`;
    },
  };
}

/** The environment's own name, which tells previews apart: `staging`, `pr-12`. */
export function nameOf(settings: Settings): string {
  return settings.environment === "preview" ? settings.previewName : settings.environment;
}

/** The prefix that stands for docker.io; a repository's stack has no images. */
export function imageMirrorOf(settings: Settings): string | undefined {
  return "imageMirror" in settings ? settings.imageMirror : undefined;
}

/** Returns the sources of secrets' values; the stacks of hosts and of a repository have none. */
export function secretSourcesOf(
  settings: Settings,
): Readonly<Record<string, SecretSource | ReleasedSecretSource>> {
  return "secrets" in settings ? settings.secrets : {};
}

function vaultProblems(settings: Settings): string[] {
  if ("vault" in settings) return [];
  return Object.entries(secretSourcesOf(settings))
    .filter(([, { source }]) => source === "vault")
    .map(
      ([name]) =>
        `towpath:secrets.${name}: no vault is set up for this secret; set towpath:vault, or choose another source`,
    );
}

function buildCacheProblems(settings: Settings): string[] {
  if (settings.environment !== "ci" || settings.buildCache === "none" || settings.registries.length > 0)
    return [];
  return [
    'towpath:buildCache: expected a registry that keeps the layers, got no towpath:registries; set towpath:registries, or take "none"',
  ];
}

/** Runs one check; what it finds is kept, so that the next one can be made as well. */
function collect<Result>(problems: string[], check: () => Result): Result | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
