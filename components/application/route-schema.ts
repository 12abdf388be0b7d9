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

const sizeWords = expected("a size in whole KiB, MiB or GiB", 'for example "10MiB"');
const headerWords = expected(
  "the name of a header other than Connection, Content-Encoding, Content-Length, Set-Cookie and Transfer-Encoding",
  'for example "Cache-Control"',
);
const headerName = z
  .string(headerWords)
  .regex(
    /^(?!(?:connection|content-encoding|content-length|set-cookie|transfer-encoding)$)[A-Za-z0-9-]+$/i,
    headerWords,
  );
const valueWords = expected("a text on one line, without braces and backslashes", 'for example "no-store"');
const userWords = expected(
  "a user name of letters, digits, dots, hyphens and underscores",
  'for example "admin"',
);
const authWords = expected("a user and a secret", 'write { user: "admin", secret: "ADMIN_PASSWORD" }');

const basicAuth = z
  .strictObject(
    {
      user: z.string(userWords).regex(/^[A-Za-z0-9._-]+$/, userWords),
      secret: z.string(expected("the name of a secret", 'for example "ADMIN_PASSWORD"')),
    },
    authWords,
  )
  .meta({ id: "BasicAuthDescription" });

const described = z
  .strictObject(
    {
      path,
      domain: z.string(expected("the label of a domain", "name one of domains")).exactOptional(),
      stripPrefix: z.boolean(expected("true or false", "write it without quotes")).exactOptional(),
      maxBodySize: z
        .string(sizeWords)
        .regex(/^[1-9][0-9]{0,5}(?:KiB|MiB|GiB)$/, sizeWords)
        .exactOptional(),
      headers: z.record(headerName, z.string(valueWords).regex(/^[ -[\]-z|~]*$/, valueWords)).exactOptional(),
      basicAuth: basicAuth.exactOptional(),
    },
    pathWords,
  )
  .meta({ id: "RouteDescription" });

/** The schema of a route: a path alone, or a path with more to it. */
export const route = z.union([path, described]);
