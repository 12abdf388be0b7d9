import { parse } from "yaml";
import type { ForkSettings } from "../comment/fork-facts.ts";

/** A settings file before and after a pull request; a text that is left out is that of a file that is not there. */
export interface SettingsFile {
  readonly stack: string;
  readonly before?: string;
  readonly after?: string;
}

/** Returns the settings that differ between two texts of a stack's file, by their names. */
export function settingsChanges({ stack, before, after }: SettingsFile): ForkSettings {
  const [old, now] = [configurationIn(before), configurationIn(after)];
  if (old === undefined || now === undefined) return { stack };
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  return { stack, names: names.map((name) => name.replace(/^towpath:/, "")).sort() };
}

function configurationIn(text = ""): Record<string, unknown> | undefined {
  try {
    const { config = {} } = (parse(text, { logLevel: "error" }) ?? {}) as {
      config?: Record<string, unknown> | null;
    };
    return config ?? {};
  } catch {
    return undefined;
  }
}

/** The stack whose settings a file holds: `staging` for `Pulumi.staging.yaml`; undefined for any other file. */
export function stackOfFile(path: string): string | undefined {
  return /(?:^|\/)Pulumi\.([A-Za-z0-9-]+)\.yaml$/.exec(path)?.[1];
}

/** Tells whether a file is of what makes a release, and not of what is released. */
export function isOfProgram(path: string): boolean {
  return /(?:^|\/)(?:application\.ts|index\.ts|Pulumi\.yaml|package(?:-lock)?\.json)$|^\.github\//.test(path);
}
