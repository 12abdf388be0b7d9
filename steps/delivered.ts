import { printable } from "../components/input/printable.ts";
import { blankOut } from "../components/input/blank-out.mjs";

const delivered = new Set<string>();

/** Takes note of secret values that this step hands on, for `withoutSecrets` to blank out. */
export function delivers(values: Iterable<string>): void {
  for (const value of values) delivered.add(value);
}

/** The output of other programs, fit to be shown: without the secret values that the step knows, and on plain lines. */
export function withoutSecrets(text: string): string {
  return blankedOut(printable(text));
}

/** The output of other programs, without the secret values that the step knows. */
export function blankedOut(text: string): string {
  return blankOut(text, delivered);
}
