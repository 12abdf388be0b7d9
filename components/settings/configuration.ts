import { z } from "zod";

import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { environmentOf, isPreview, namespaceFor } from "../naming/namespace.ts";
import { workspaceNamespace, type Workspace } from "../naming/workspace.ts";
import { kindOf } from "./kinds.ts";
import { settingsSchemas, type SettingsFallbacks } from "./settings.ts";

/** The beginning of the names of settings in a stack's file. */
export const settingsPrefix = "towpath:";

/**
 * A stack's settings out of its whole configuration: they begin with `towpath:`, whatever the project is called.
 *
 * Pulumi hands every value over as text. What a setting wants as text stays as it is (a commit such as `1234567` too);
 * everything else is read as JSON, and stays text when it is none, for the checks to name it.
 */
export function readConfiguration(configuration: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(configuration)
      .filter(([key]) => key.startsWith(settingsPrefix))
      .map(([key, value]) => {
        const name = key.slice(settingsPrefix.length);
        return [name, isText(name) ? value : jsonOrText(value)];
      }),
  );
}

/** The surroundings of a project that stand in for settings that are not set. */
export interface Surroundings {
  /** Reads the working copy; only environments that belong to one ask. */
  readonly workspace: () => Workspace;
  /** The environment's variables, of which `TOWPATH_COMMIT`, `TOWPATH_FORK`, `TOWPATH_IMAGE_MIRROR` and `TOWPATH_PORT` are read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Returns the values that a stack's name, the working copy and the variables give to settings that are not set.
 *
 * Throws an InputError when a variable cannot be used.
 */
export function fallbacksFor(
  applicationName: string,
  stack: string,
  { workspace, variables }: Surroundings,
): SettingsFallbacks & { namespace: string } {
  const {
    TOWPATH_COMMIT: commit,
    TOWPATH_FORK: fork,
    TOWPATH_IMAGE_MIRROR: imageMirror,
    TOWPATH_PORT: port,
  } = variables;
  return {
    environment: environmentOf(stack),
    namespace: isOfWorkspace(stack)
      ? workspaceNamespace(applicationName, stack, workspace())
      : namespaceFor(applicationName, stack),
    previewName: isPreview(stack) ? stack : undefined,
    commit: commit === "" ? undefined : commit,
    fork: fork === "true" ? true : undefined,
    imageMirror: imageMirror === "" ? undefined : imageMirror,
    port: port === undefined || port === "" ? undefined : portOf(port),
  };
}

/** Tells whether every working copy has a stack of this name of its own, with a state of its own. */
export function isOfWorkspace(stack: string): boolean {
  return kindOf(environmentOf(stack))?.hosts === "here";
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^[0-9]+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new InputError([
    `TOWPATH_PORT: expected a port from 1 to 65535, got ${show(text)}; choose a free one, for example 8080`,
  ]);
}

/** Tells whether any environment has a setting of this name that is a text. */
function isText(name: string): boolean {
  return Object.values(settingsSchemas).some((schema: z.ZodObject) => {
    let setting: unknown = schema.shape[name];
    while (setting instanceof z.ZodDefault || setting instanceof z.ZodExactOptional)
      setting = setting.def.innerType;
    return setting instanceof z.ZodString || setting instanceof z.ZodEnum || setting instanceof z.ZodLiteral;
  });
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value, (_, inner: unknown) => dateAsWritten(inner)) as unknown;
  } catch {
    return value;
  }
}

/** A date without quotes is a time in YAML, which Pulumi hands over in its own way: `2026-01-02 00:00:00 +0000 UTC`. */
function dateAsWritten(value: unknown): unknown {
  const written =
    typeof value === "string"
      ? /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d) \S+$/.exec(value)
      : null;
  if (written === null) return value;
  const [, date = "", time = "", hours = "", minutes = ""] = written;
  if (`${hours}${minutes}` !== "+0000") return `${date}T${time}${hours}:${minutes}`;
  return time === "00:00:00" ? date : `${date}T${time}Z`;
}
