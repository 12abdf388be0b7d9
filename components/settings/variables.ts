import { z } from "zod";

import { variableName } from "../application/variable-schema.ts";
import { expectedUnshown } from "../input/input-checks.ts";

const valueWords = expectedUnshown(
  "a text, or the variables of the service of that name, each a name of letters, digits and underscores with a text",
  "write numbers and true or false in quotes",
);

/** The setting of an environment's own variables. */
export const variables = z
  .record(z.string(), z.union([z.string(), z.record(variableName, z.string(valueWords))], valueWords))
  .exactOptional()
  .describe(
    "Plain variables of this environment, in the place of those of `application.ts`. A text is one of all services, `LOG_LEVEL: debug`; the variables of one service stand below its name, `api: { LOG_LEVEL: debug }`, and win. Values may hold references, such as `${domain}` or `${postgres.host}`.",
  );
