import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isPreview } from "../../components/naming/namespace.ts";
import type { PulumiCall } from "./call.ts";

/**
 * Takes the salt of this clone's passphrase out of a stack's configuration file.
 *
 * Pulumi writes it there, into a file that belongs to git, where it would be wrong for every other clone: each has a
 * passphrase of its own. The state holds the same salt, and Pulumi can read it from there. A file with values that were
 * encrypted keeps its salt, for they need it.
 */
export function withoutSalt(text: string): string {
  if (!/^encryptionsalt:/m.test(text) || /^\s+secure:/m.test(text)) return text;
  const rest = text.replace(/^encryptionsalt:.*\n?/m, "");
  // What Pulumi writes when nothing is left.
  return rest.trim() === "{}" ? "" : rest;
}

/** Runs something that may write the salt, and takes it out again. */
export async function keepingSaltOut<T>(
  { project, stack }: PulumiCall,
  own: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (!own) return work();
  const file = join(project.root, `Pulumi.${stack}.yaml`);
  const clean = (before?: string): void => {
    if (!existsSync(file)) return;
    const written = readFileSync(file, "utf8");
    const cleaned = withoutSalt(written);
    if (cleaned === written) return;
    // Pulumi also changes the file's layout; unless it changed more than that, the person's own text comes back.
    const same = before !== undefined && squeeze(before) === squeeze(cleaned);
    const text = same ? before : cleaned;
    // A preview has no file of its own: Pulumi made one for the salt alone.
    if (text === "" && before === undefined && isPreview(stack)) rmSync(file);
    else writeFileSync(file, text);
  };
  clean();
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  try {
    return await work();
  } finally {
    clean(before);
  }
}

/** A text without white space and quotes, which Pulumi may set otherwise. */
function squeeze(text: string): string {
  return text.replace(/[\s"']/g, "");
}
