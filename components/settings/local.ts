import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { buildArgs } from "./build-arguments.ts";
import { basicShape, routedShape } from "./basic.ts";
import { kinds } from "./kinds.ts";
import { ports } from "./ports.ts";
import { generatedSecrets } from "./secret-source.ts";
import { profiles } from "./profiles.ts";
import { variables } from "./variables.ts";

const portWords = expected("a port from 1 to 65535", "choose a free one, for example 8080");

/** The settings of local. */
export const localSchema = z
  .strictObject({
    environment: z
      .literal("local")
      .describe("Which environment this is. Follows from the stack's name unless it is set."),
    ...basicShape(kinds.local.gateTimeoutSeconds),
    port: z
      .int(portWords)
      .min(1, portWords)
      .max(65535, portWords)
      .default(8080)
      .describe("The port of localhost that the gateway listens on."),
    ports: ports.describe(
      "Ports of 127.0.0.1 that lead to services and backing services, by name: `{ postgres: 5433, api: 8001 }`. Where another program or working copy has one, the next free one is taken, and said.",
    ),
    reload: z
      .boolean()
      .default(true)
      .describe(
        "Whether the source is mounted, so that an edit is served at once: images that declare `dev` are built for development.",
      ),
    ...routedShape(2),
    profiles,
    buildArgs: buildArgs.describe(
      "Build arguments of this environment by image, in the place of those of `application.ts`: `web: { VITE_API_BASE: http://localhost:8000 }`. They stay readable in the image, so never a secret.",
    ),
    variables,
    secrets: generatedSecrets,
  })
  .meta({
    id: "LocalSettings",
    description: "The settings of `local`: one person's machine and its own Docker engine.",
  });

export type LocalSettings = z.output<typeof localSchema>;
