import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fallbacksFor, readConfiguration } from "../components/settings/configuration.ts";
import { parseSettings, type Settings } from "../components/settings/settings.ts";
import { readWorkspace } from "../components/workspace.ts";
import type { Project } from "./project.ts";

/**
 * A stack's settings, checked before anything is started, as the program checks them again.
 *
 * @throws InputError with all problems at once
 */
export function settingsOf(
  project: Pick<Project, "root" | "name">,
  applicationName: string,
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): Settings {
  const raw = readConfiguration(configurationFile(project.root, stack), project.name);
  // Values that are encrypted: only Pulumi can read them.
  delete raw.secretValues;
  const surroundings = { workspace: () => readWorkspace(project.root, given), variables: given };
  return parseSettings(raw, fallbacksFor(applicationName, stack, surroundings));
}

/** A stack's configuration file, as Pulumi hands it to the program: every value as text. */
function configurationFile(root: string, stack: string): Record<string, string> {
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return {};
  const { config } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
