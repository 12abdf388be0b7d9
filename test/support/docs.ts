import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./source-tree.ts";

/** The lines of the `sh` blocks of a page in docs/, for a test to run: what a page says to type has to work. */
export function commandsOf(page: string): string[] {
  const text = readFileSync(join(checkout, "docs", page), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.trim().split("\n"));
}
