import { z } from "zod";

import { expectedKind } from "../input/input-checks.ts";
import { stored, variable } from "./credential.ts";

const generated = z.strictObject({ source: z.literal("generated") }).meta({
  id: "GeneratedPassword",
  description: "Towpath makes a password for each preview and keeps it, encrypted, in the state.",
});

/** The schema of the source of a password that people are asked for. */
export const password = z.discriminatedUnion(
  "source",
  [generated, stored, variable],
  expectedKind(
    "source",
    ["generated", "configuration", "environment"],
    'write { "source": "generated" } for a password of each preview\'s own',
  ),
);
