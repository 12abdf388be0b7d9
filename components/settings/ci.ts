import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { buildArgs } from "./build-arguments.ts";
import { basicShape, environment } from "./basic.ts";
import { kinds } from "./kinds.ts";
import { ports } from "./ports.ts";
import { registry } from "./registry.ts";
import { generatedSecrets } from "./secret-source.ts";
import { variables } from "./variables.ts";

/** The settings of ci. */
export const ciSchema = z
  .strictObject({
    environment: environment("ci"),
    ...basicShape(kinds.ci.gateTimeoutSeconds),
    reuse: z
      .enum(["none", "local"], expected('"none" or "local"', "take none for servers of its own"))
      .default("none")
      .describe(
        "`local`: databases and buckets of its own on the servers of the local environment. `none`: servers of its own.",
      ),
    registries: z
      .array(registry)
      .default([])
      .describe("Where images that passed are published to when asked; each of them gets all."),
    buildCache: z
      .enum(["none", "registry"], expected('"none" or "registry"', "take none to build everything anew"))
      .default("none")
      .describe(
        "`registry`: on a runner, where the variable `CI` is set, builds take the layers that the first of the registries keeps, and each publication of the default branch leaves its own there, also those of development targets. `none`: every runner builds anew.",
      ),
    ports: ports.describe(
      "Ports of 127.0.0.1 that lead to backing services while the checks run, by name: `{ postgres: 5433 }`. Where another program or working copy has one, the next free one is taken, and said.",
    ),
    buildArgs: buildArgs.describe(
      "Build arguments by image, in the place of those of `application.ts`: `web: { VITE_API_BASE: /api }`; of what is checked, and so of what is published. They stay readable in the image, so never a secret.",
    ),
    variables,
    secrets: generatedSecrets,
  })
  .meta({
    id: "CiSettings",
    description: "The settings of `ci`: everything thrown away after the checks, on a laptop as on a runner.",
  });

export type CiSettings = z.output<typeof ciSchema>;
