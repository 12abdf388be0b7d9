import { z } from "zod";

import { expectedKind } from "../input/input-checks.ts";
import { credential } from "./credential.ts";
import { domainName } from "./domain.ts";

const domain = domainName("preview.example.com").describe(
  "The domain: names with one label more, such as `pr-12.preview.example.com`, share the certificate of `*.preview.example.com`.",
);

/** The schema of the one certificate for all names below a domain. */
export const wildcard = z.discriminatedUnion(
  "certificates",
  [
    z
      .strictObject({ certificates: z.literal("internal"), domain })
      .meta({ id: "InternalWildcard", description: "A certificate of the gateway's own authority." }),
    z
      .strictObject({
        certificates: z.literal("given"),
        domain,
        certificate: credential.describe(
          "Where the certificate comes from, with those that lead to its authority, in PEM.",
        ),
        key: credential.describe("Where its private key comes from, in PEM."),
      })
      .meta({
        id: "GivenWildcard",
        description:
          "A certificate that was issued elsewhere. Another one takes its place with the next `up`, without a restart.",
      }),
  ],
  expectedKind(
    "certificates",
    ["internal", "given"],
    'write { "certificates": "given", "domain": "preview.example.com", … } for one of a public authority',
  ),
);
