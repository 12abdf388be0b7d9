import { z } from "zod";

import { environmentOf, namespaceFor, pullRequestOf } from "../naming/namespace.ts";
import { settingsSchemas, type SettingsFallbacks } from "./settings.ts";

/**
 * A stack's own settings out of its whole configuration.
 *
 * Pulumi hands every value over as text. What a setting wants as text stays as it is (a commit such as `1234567` too);
 * everything else is read as JSON, and stays text when it is none, for the checks to name it.
 */
export function readConfiguration(
  configuration: Readonly<Record<string, string>>,
  project = "towpath",
): Record<string, unknown> {
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(configuration)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => {
        const name = key.slice(prefix.length);
        return [name, isText(name) ? value : jsonOrText(value)];
      }),
  );
}

/** What a stack's name and the machine's own image mirror say, for settings that are not set. */
export function fallbacksFor(
  applicationName: string,
  stack: string,
  imageMirror?: string,
): SettingsFallbacks {
  return {
    environment: environmentOf(stack),
    namespace: namespaceFor(applicationName, stack),
    pullRequest: pullRequestOf(stack),
    imageMirror: imageMirror === "" ? undefined : imageMirror,
  };
}

/** Whether any environment has a setting of this name that is a text. */
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
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
