import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel, longestName } from "../naming/namespace.ts";

const pathWords = expected(
  'a path that starts with "/" and may end in "/*"',
  'for example "/api/*", or "/*" for everything',
);
const path = z
  .string(pathWords)
  .regex(/^(?:\/[A-Za-z0-9._~@!$&'()+,;=:%-]+)*(?:\/|\/\*)?$/, pathWords)
  .min(1, pathWords);

// `pr-<label>-…` and `preview-…` would be the host names of other previews.
const labelWords = expected(
  `a label of lower-case letters, digits and hyphens, from a letter on, at most ${longestName} characters, not from pr- or preview- on`,
  'for example "api"',
);

/** The label of a further host name. */
export const domainLabel = z
  .string(labelWords)
  .refine((text) => isLabel(text, longestName) && !/^(?:pr|preview)(?:-|$)/.test(text), labelWords);

const described = z
  .strictObject(
    { path, domain: z.string(expected("the label of a domain", "name one of domains")).exactOptional() },
    pathWords,
  )
  .meta({ id: "RouteDescription" });

/** The schema of a route: a path alone, or a path with more to it. */
export const route = z.union([path, described]);
