import { z } from "zod";

import { basicShape, type BasicSettings } from "./basic.ts";
import { host, type HostSettings } from "./host.ts";

/** The settings of a shared host, stack `host-<name>`: what several environments have in common there, the gateway and its network. */
export interface HostStackSettings extends BasicSettings {
  environment: "host";
  /** The host. */
  host: HostSettings;
}

/** The schema of HostStackSettings. */
export const hostStackSchema = z
  .strictObject({
    environment: z.literal("host"),
    ...basicShape(60),
    host,
  })
  .meta({ id: "HostStackSettings" }) satisfies z.ZodType<HostStackSettings>;
