import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isLabel, longestNamespace, previewStack } from "../../components/naming/namespace.ts";
import { readWorkspace } from "../../components/naming/read-workspace.ts";
import { fallbacksFor, isOfWorkspace, readConfiguration } from "../../components/settings/configuration.ts";
import { parseSettings, type Settings } from "../../components/settings/settings.ts";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { noYaml, settingsFileOf } from "./settings-file.ts";

/**
 * A stack's settings, checked before anything is started, as the program checks them again.
 *
 * @throws InputError with all problems at once
 */
export function settingsOf(
  project: Pick<Project, "root" | "application">,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): Settings {
  return settingsIn(textOf(project, stack), project, stack, given);
}

/** A stack's settings as its file would say them with this text. Throws as `settingsOf` does. */
export function settingsIn(
  text: string,
  project: Pick<Project, "root" | "application">,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): Settings {
  const raw = readConfiguration(configurationIn(stack, text));
  // Values that are encrypted: only Pulumi can read them.
  delete raw.secretValues;
  return parseSettings(raw, fallbacks(project, stack, given));
}

/** The settings that all previews start from, as the one of pull request 1 has them. Throws as `settingsOf` does. */
export function previewSettings(
  project: Pick<Project, "root" | "application">,
  given: NodeJS.ProcessEnv = process.env,
): Settings {
  const raw = configurationOf(project, "preview");
  delete raw.secretValues;
  return parseSettings(raw, fallbacks(project, previewStack(1), given));
}

/** The names of the values that a stack's file keeps encrypted. */
export function storedSecrets(project: Pick<Project, "root">, stack: string): string[] {
  const { secretValues } = configurationOf(project, stack);
  return typeof secretValues === "object" && secretValues !== null ? Object.keys(secretValues) : [];
}

/** A stack's namespace, whatever else its settings hold: they may be what a person is about to repair. */
export function namespaceOf(
  project: Pick<Project, "root" | "application">,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): string {
  return configuredNamespace(project, stack) ?? fallbacks(project, stack, given).namespace;
}

/** The namespace that a stack's configuration sets; undefined when it sets none that could be one. */
export function configuredNamespace(project: Pick<Project, "root">, stack: string): string | undefined {
  const { namespace } = configurationOf(project, stack);
  return typeof namespace === "string" && isLabel(namespace, longestNamespace) ? namespace : undefined;
}

/** A warning on how a stack's namespace was found; undefined when there is nothing to know. */
export function namespaceWarning(
  project: Pick<Project, "root">,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const isTold = !isOfWorkspace(stack) || configuredNamespace(project, stack) !== undefined;
  return isTold ? undefined : readWorkspace(project.root, given).warning;
}

/** Tells whether a person chose the port, in the stack's configuration or for this run. */
export function portIsGiven(
  project: Pick<Project, "root">,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): boolean {
  return configurationOf(project, stack).port !== undefined || Boolean(given.TOWPATH_PORT);
}

function fallbacks(
  project: Pick<Project, "root" | "application">,
  stack: string,
  given: NodeJS.ProcessEnv,
): ReturnType<typeof fallbacksFor> {
  const surroundings = { workspace: () => readWorkspace(project.root, given), variables: given };
  return fallbacksFor(project.application.name, stack, surroundings);
}

function configurationOf(project: Pick<Project, "root">, stack: string): Record<string, unknown> {
  return readConfiguration(configurationIn(stack, textOf(project, stack)));
}

/** The text of a stack's file; empty where there is none. */
function textOf({ root }: Pick<Project, "root">, stack: string): string {
  const file = join(root, settingsFileOf(stack));
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Reads a configuration file. Throws a Problem when it is no YAML. */
function read(file: string, text: string): { config?: Record<string, unknown> } {
  try {
    return (parse(text) ?? {}) as { config?: Record<string, unknown> };
  } catch (error) {
    throw new Problem(noYaml(file, (error as Error).message.split("\n", 1)[0] ?? ""));
  }
}

/** The configuration in a stack's file, as Pulumi hands it to the program: every value as text. */
function configurationIn(stack: string, text: string): Record<string, string> {
  const { config } = read(settingsFileOf(stack), text);
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
