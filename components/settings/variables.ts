import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";

const nameWords = expected(
  "a variable's name of letters, digits and underscores, not starting with a digit",
  'for example "LOG_LEVEL"',
);
const valueWords = expectedUnshown(
  "a text, or the variables of the service of that name",
  "write numbers and true or false in quotes",
);
const variableName = z.string(nameWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, nameWords);

/** The setting of an environment's own variables. */
export const variables = z
  .record(z.string(), z.union([z.string(), z.record(variableName, z.string(valueWords))], valueWords))
  .exactOptional()
  .describe(
    "Plain variables of this environment, in the place of those of `application.ts`. A text is one of all services, `LOG_LEVEL: debug`; the variables of one service stand below its name, `api: { LOG_LEVEL: debug }`, and win. Values may hold references, such as `${domain}` or `${postgres.host}`.",
  );
