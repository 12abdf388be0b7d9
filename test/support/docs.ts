import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./source-tree.ts";

/**
 * The lines of the `sh` blocks of a page in docs/, for a test to run: what a page says to type has to work. Those for
 * another machine are in blocks of another language.
 */
export function commandsOf(page: string, language = "sh"): string[] {
  return blocksOf(page, language).flatMap((block) => block.split("\n"));
}

/** The same blocks, each as a whole. */
export function blocksOf(page: string, language = "sh"): string[] {
  const text = readFileSync(join(checkout, "docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, block = ""]) =>
    block.trim(),
  );
}
