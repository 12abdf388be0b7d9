import type { SmokeCommand } from "./application.ts";
import { referencesIn } from "./references.ts";
import { textsOf, type RequestTexts } from "./smoke-texts.ts";

/** The words before the name of what an earlier check saved. */
export const savedPrefix = "smoke.";

/** The name of what a reference takes from an earlier check; undefined for any other reference. */
export function savedIn(reference: string): string | undefined {
  return reference.startsWith(savedPrefix) ? reference.slice(savedPrefix.length) : undefined;
}

/** The secret that a reference in a check stands for; undefined for any other reference. */
export function secretIn(reference: string): string | undefined {
  const [kind, name, ...more] = reference.split(".");
  return kind === "secret" && more.length === 0 ? name : undefined;
}

/** All references in a check. */
export function referencesOf(check: RequestTexts | SmokeCommand): string[] {
  return "command" in check ? [] : textsOf(check).flatMap(([text]) => referencesIn(text));
}
