import { readFileSync } from "node:fs";
import { Problem } from "../problem.ts";

/**
 * Reads what another command wrote down for the comment.
 *
 * @throws Problem in the words of `otherwise` when the file holds something else, or is not there
 */
export function readHandedOver<Written extends object>(
  file: string,
  isIt: (read: Partial<Written>) => boolean,
  otherwise: string,
): Written {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Partial<Written>;
    if (isIt(read)) return read as Written;
  } catch {
    // Said below.
  }
  throw new Problem(otherwise);
}
