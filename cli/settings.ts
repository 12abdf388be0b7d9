import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { environmentOf, namespaceFor } from "../components/naming/namespace.ts";
import { parseSettings, type Settings } from "../components/settings/settings.ts";
import type { Project } from "./project.ts";

/** A stack's configuration file, its keys without the project's prefix, its values as the program will see them. */
export function readConfiguration(
  project: Pick<Project, "root" | "name">,
  stack: string,
): Record<string, unknown> {
  const file = join(project.root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return {};
  const { config } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  const prefix = `${project.name}:`;
  return Object.fromEntries(
    Object.entries(config ?? {})
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), plain(value)]),
  );
}

/**
 * A stack's settings, checked before anything is started, as the program checks them again.
 *
 * @throws InputError with all problems at once
 */
export function settingsOf(
  configuration: Readonly<Record<string, unknown>>,
  applicationName: string,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): Settings {
  // Values that are encrypted: only Pulumi can read them.
  const settings: Record<string, unknown> = { ...configuration };
  delete settings.secretValues;
  const imageMirror = given.TOWPATH_IMAGE_MIRROR;
  return parseSettings({
    environment: environmentOf(stack),
    namespace: namespaceFor(applicationName, stack),
    ...(imageMirror !== undefined && imageMirror !== "" && { imageMirror }),
    ...settings,
  });
}

/** `pulumi config set` writes numbers and booleans as text. */
function plain(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
