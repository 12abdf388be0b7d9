import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel, longestNamespace, namespaceForm, type EnvironmentName } from "../naming/namespace.ts";
import { seconds } from "./durations.ts";

const namespaceWords = expected(namespaceForm, 'for example "notes-local"');
const mirrorWords = expected(
  "a registry with a path and no tag",
  'for example "cache.example.com/docker-hub"',
);

/** Returns the schema of the environment that settings belong to. */
export function environment<Name extends EnvironmentName>(name: Name) {
  return z
    .literal(name)
    .describe("Which environment this is. Follows from the stack's name unless it is set.");
}

/** Returns the schemas of the settings of every environment; only the time of the gate differs. */
export function basicShape(gateTimeoutSeconds: number) {
  return {
    namespace: z
      .string(namespaceWords)
      .refine((text) => isLabel(text, longestNamespace), namespaceWords)
      .describe(
        "The short name that keeps this environment apart from others: a DNS label of at most 36 characters. Follows from the application's and the stack's name unless it is set; for `local` and `ci`, from the branch and the folder too.",
      ),
    imageMirror: z
      .string(mirrorWords)
      .regex(/^[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:\/[a-z0-9._-]+)*\/?$/, mirrorWords)
      .exactOptional()
      .describe(
        "The prefix that stands for docker.io in image names, as pull-through caches use it. Left out, the environment variable TOWPATH_IMAGE_MIRROR, and without that docker.io itself.",
      ),
    gateTimeoutSeconds: seconds(1, gateTimeoutSeconds).describe(
      "How long a new copy may take until it is healthy, in seconds.",
    ),
  };
}

export type BasicSettings = z.output<z.ZodObject<ReturnType<typeof basicShape>>>;

/** Returns the schemas of the settings of every environment with a route. */
export function routedShape(watchSeconds: number) {
  return {
    watchSeconds: seconds(0, watchSeconds).describe(
      "How long what users get is watched after the route was switched, in seconds; when it fails, the route goes back.",
    ),
    drainSeconds: seconds(0, 10).describe(
      "How long an old copy may finish the requests under way, in seconds.",
    ),
  };
}
