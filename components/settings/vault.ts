import { z } from "zod";

import { expected, expectedKind, expectedUnshown } from "../input/input-checks.ts";
import { credential, type CredentialSource } from "./credential.ts";

/** The HashiCorp Vault or OpenBao server that secrets with the source `vault` come from. */
export interface VaultSettings {
  /** Its address: `https://vault.example.com:8200`. */
  address: string;
  /** How Towpath signs in. */
  login: VaultToken | VaultAppRole;
}

/** Signs in with a token. */
export interface VaultToken {
  method: "token";
  /** Where the token comes from. */
  token: CredentialSource;
}

/** Signs in as an AppRole. */
export interface VaultAppRole {
  method: "appRole";
  /** The role's id; not a secret. */
  roleId: string;
  /** Where the role's secret id comes from. */
  secretId: CredentialSource;
}

const addressWords = expected(
  "an address with http:// or https://",
  'for example "https://vault.example.com:8200"',
);

/** The schema of VaultSettings. */
export const vault = z
  .strictObject({
    address: z.string(addressWords).regex(/^https?:\/\/[^\s/@?#]+\/?$/, addressWords),
    login: z.discriminatedUnion(
      "method",
      [
        z.strictObject({ method: z.literal("token"), token: credential }).meta({ id: "VaultToken" }),
        z
          .strictObject({
            method: z.literal("appRole"),
            roleId: z.string(expectedUnshown("a role's id", "take what the role's role-id says")).min(1),
            secretId: credential,
          })
          .meta({ id: "VaultAppRole" }),
      ],
      expectedKind("method", ["token", "appRole"], 'write { "method": "token", "token": { … } }'),
    ),
  })
  .meta({ id: "VaultSettings" });
