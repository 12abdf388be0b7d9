import { z } from "zod";

import { basicShape, environment } from "./basic.ts";
import { host } from "./host.ts";

/** The settings of a shared host. */
export const hostStackSchema = z
  .strictObject({
    environment: environment("host"),
    ...basicShape(60),
    host: host.describe("The host."),
  })
  .meta({
    id: "HostStackSettings",
    description:
      "The settings of a shared host, stack `host-<name>`: what several environments have in common there, the gateway and its network.",
  });

export type HostStackSettings = z.output<typeof hostStackSchema>;
