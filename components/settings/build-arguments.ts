import { z } from "zod";

import { variableName } from "../application/schema.ts";
import { expected, expectedUnshown } from "../input/input-checks.ts";

const valueWords = expectedUnshown("a text", "write numbers and true or false in quotes");
const imageWords = expected(
  "the arguments of the image of that name",
  'write { "web": { "VITE_API_BASE": "/api" } }',
);

/** The setting of an environment's own build arguments. */
export const buildArgs = z
  .record(z.string(), z.record(variableName, z.string(valueWords), imageWords), imageWords)
  .exactOptional();
