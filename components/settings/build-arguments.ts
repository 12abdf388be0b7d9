import { z } from "zod";

import { variableName, variableValue } from "../application/variable-schema.ts";
import { expected } from "../input/input-checks.ts";

const imageWords = expected(
  "the arguments of the image of that name",
  'write { "web": { "VITE_API_BASE": "/api" } }',
);

/** The setting of an environment's own build arguments. */
export const buildArgs = z
  .record(z.string(), z.record(variableName, variableValue, imageWords), imageWords)
  .exactOptional();
