import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel, longestNamespace, namespaceForm } from "../naming/namespace.ts";
import { seconds } from "./durations.ts";

/** What every environment has. */
export interface BasicSettings {
  /** The short name that keeps this environment apart from others: a DNS label of at most 36 characters. Follows from the application's and the stack's name unless it is set; for `local` and `ci`, from the branch and the folder too. */
  namespace: string;
  /** The prefix that stands for docker.io in image names, as pull-through caches use it. Left out, the environment variable TOWPATH_IMAGE_MIRROR, and without that docker.io itself. */
  imageMirror?: string;
  /** How long a new copy may take until it is healthy, in seconds. */
  gateTimeoutSeconds: number;
}

/** What every environment with a route has. */
export interface RoutedSettings {
  /** How long what users get is watched after the route was switched, in seconds; when it fails, the route goes back. */
  watchSeconds: number;
  /** How long an old copy may finish the requests under way, in seconds. */
  drainSeconds: number;
}

const namespaceWords = expected(namespaceForm, 'for example "notes-local"');
const mirrorWords = expected(
  "a registry with a path and no tag",
  'for example "cache.example.com/docker-hub"',
);

/** The schema of BasicSettings; only the time of the gate differs. */
export function basicShape(gateTimeoutSeconds: number) {
  return {
    namespace: z.string(namespaceWords).refine((text) => isLabel(text, longestNamespace), namespaceWords),
    imageMirror: z
      .string(mirrorWords)
      .regex(/^[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:\/[a-z0-9._-]+)*\/?$/, mirrorWords)
      .exactOptional(),
    gateTimeoutSeconds: seconds(1, gateTimeoutSeconds),
  };
}

/** The schema of RoutedSettings. */
export function routedShape(watchSeconds: number) {
  return { watchSeconds: seconds(0, watchSeconds), drainSeconds: seconds(0, 10) };
}
