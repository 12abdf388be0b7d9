import { z } from "zod";

import { profile } from "../application/schema.ts";
import { expected } from "../input/input-checks.ts";

const profilesWords = expected("a list of profiles", 'for example ["with-celery"]');

/** The setting of the profiles that an environment switches on. */
export const profiles = z
  .array(profile, profilesWords)
  .exactOptional()
  .describe(
    "The profiles of services that are switched on here: a service of `application.ts` with `profiles` runs where one of them is. Left out, none.",
  );
