import { z } from "zod";

import { basicShape, environment } from "./basic.ts";
import { host } from "./host.ts";
import { room } from "./room.ts";
import { wildcard } from "./wildcard.ts";
import { template } from "./template.ts";

/** The settings of a shared host. */
export const hostStackSchema = z
  .strictObject({
    environment: environment("host"),
    ...basicShape(60),
    host: host.describe("The host."),
    room: room
      .exactOptional()
      .describe(
        "The room for previews: those that nobody uses fall asleep, and wake when somebody opens them; left out, all stay awake, however many there are.",
      ),
    wildcard: wildcard
      .exactOptional()
      .describe(
        "One certificate for all environments below a domain; left out, each gets one of its own, of which public authorities give a domain few a week.",
      ),
    template: template
      .exactOptional()
      .describe(
        "The database that previews with `data: { kind: template }` are cloned from; left out, there is none.",
      ),
  })
  .meta({
    id: "HostStackSettings",
    description:
      "The settings of a shared host, stack `host-<name>`: what several environments have in common there, the gateway and its network.",
  });

export type HostStackSettings = z.output<typeof hostStackSchema>;
