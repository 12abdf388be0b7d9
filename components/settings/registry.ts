import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { credential, type CredentialSource } from "./credential.ts";

/** A registry that images are published to or pulled from. */
export interface RegistrySettings {
  /** Its host name, with a port where it has one: `ghcr.io`, `docker.io`. */
  address: string;
  /** What stands before the images' names: `owner/notes` gives `ghcr.io/owner/notes/api`. */
  repository: string;
  /** Who signs in; left out, nobody does. */
  login?: RegistryLogin;
}

/** Who signs in to a registry. */
export interface RegistryLogin {
  /** The user's name. */
  user: string;
  /** Where the password or token comes from. */
  password: CredentialSource;
}

const addressWords = expected("a registry's host name without a path", 'for example "ghcr.io"');
const repositoryWords = expected("a path of lower-case names", 'for example "owner/notes"');
const userWords = expected("a user's name", "take the one that the registry knows");

/** The schema of RegistrySettings. */
export const registry = z
  .strictObject(
    {
      address: z
        .string(addressWords)
        .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/, addressWords),
      repository: z
        .string(repositoryWords)
        .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/, repositoryWords),
      login: z
        .strictObject({ user: z.string(userWords).min(1, userWords), password: credential })
        .meta({ id: "RegistryLogin" })
        .exactOptional(),
    },
    expected("a registry", 'write { "address": "ghcr.io", "repository": "owner/notes" }'),
  )
  .meta({ id: "RegistrySettings" });
