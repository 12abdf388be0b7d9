import { z } from "zod";

import { expectedUnshown } from "../input/input-checks.ts";

/**
 * The schema of a setting that names a secret. People put the value itself there, so no message shows what they wrote.
 *
 * @param example such a name
 * @param what the value that the secret has: `the URL`
 */
export function secretName(example: string, what: string) {
  const words = expectedUnshown(
    "the name of a secret, of letters, digits and underscores, not starting with a digit",
    `for example "${example}", and put ${what} under towpath:secretValues`,
  );
  return z.string(words).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, words);
}
