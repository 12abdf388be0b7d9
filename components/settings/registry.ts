import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { credential } from "./credential.ts";

const addressWords = expected("a registry's host name without a path", 'for example "ghcr.io"');
const repositoryWords = expected("a path of lower-case names", 'for example "owner/notes"');
const userWords = expected("a user's name", "take the one that the registry knows");

/** A registry of images. */
export const registry = z
  .strictObject(
    {
      address: z
        .string(addressWords)
        .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/, addressWords)
        .describe("Its host name, with a port where it has one: `ghcr.io`, `docker.io`."),
      repository: z
        .string(repositoryWords)
        .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/, repositoryWords)
        .describe("What stands before the images' names: `owner/notes` gives `ghcr.io/owner/notes/api`."),
      login: z
        .strictObject({
          user: z.string(userWords).min(1, userWords).describe("The user's name."),
          password: credential.describe("Where the password or token comes from."),
        })
        .meta({ id: "RegistryLogin", description: "Who signs in to a registry." })
        .exactOptional()
        .describe("Who signs in; left out, nobody does."),
    },
    expected("a registry", 'write { "address": "ghcr.io", "repository": "owner/notes" }'),
  )
  .meta({ id: "RegistrySettings", description: "A registry that images are published to or pulled from." });

export type RegistrySettings = z.output<typeof registry>;
