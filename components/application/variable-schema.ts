import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";

const variableWords = expected(
  "a variable's name of letters, digits and underscores, not starting with a digit",
  'for example "LOG_LEVEL"',
);

/** The name of an environment variable. */
export const variableName = z.string(variableWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variableWords);

/** Its value. */
export const variableValue = z.string(expectedUnshown("a text", "write numbers and true or false in quotes"));
