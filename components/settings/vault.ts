import { z } from "zod";

import { expected, expectedKind, expectedUnshown } from "../input/input-checks.ts";
import { credential } from "./credential.ts";

const addressWords = expected(
  "an address with http:// or https://",
  'for example "https://vault.example.com:8200"',
);

/** The server that keeps secrets. */
export const vault = z
  .strictObject({
    address: z
      .string(addressWords)
      .regex(/^https?:\/\/[^\s/@?#]+\/?$/, addressWords)
      .describe("Its address: `https://vault.example.com:8200`."),
    login: z
      .discriminatedUnion(
        "method",
        [
          z
            .strictObject({
              method: z.literal("token"),
              token: credential.describe("Where the token comes from."),
            })
            .meta({ id: "VaultToken", description: "Signs in with a token." }),
          z
            .strictObject({
              method: z.literal("appRole"),
              roleId: z
                .string(expectedUnshown("a role's id", "take what the role's role-id says"))
                .min(1)
                .describe("The role's id; not a secret."),
              secretId: credential.describe("Where the role's secret id comes from."),
            })
            .meta({ id: "VaultAppRole", description: "Signs in as an AppRole." }),
        ],
        expectedKind("method", ["token", "appRole"], 'write { "method": "token", "token": { … } }'),
      )
      .describe("How Towpath signs in."),
  })
  .meta({
    id: "VaultSettings",
    description: "The HashiCorp Vault or OpenBao server that secrets with the source `vault` come from.",
  });

export type VaultSettings = z.output<typeof vault>;
