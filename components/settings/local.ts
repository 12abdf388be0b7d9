import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { basicShape, routedShape, type BasicSettings, type RoutedSettings } from "./basic.ts";
import { kinds } from "./kinds.ts";
import { secretKey, secretSource, type SecretSource } from "./secret-source.ts";

/** The settings of `local`: one person's machine and its own Docker engine. */
export interface LocalSettings extends BasicSettings, RoutedSettings {
  /** Which environment this is. Follows from the stack's name unless it is set. */
  environment: "local";
  /** The port of localhost that the gateway listens on. */
  port: number;
  /** Whether the source is mounted, so that an edit is served at once: images that declare `dev` are built for development. */
  reload: boolean;
  /** Where the values of secrets come from, by the secret's name; `generated` for those that are not named. */
  secrets: Record<string, SecretSource>;
}

const portWords = expected("a port from 1 to 65535", "choose a free one, for example 8080");

/** The schema of LocalSettings. */
export const localSchema = z
  .strictObject({
    environment: z.literal("local"),
    ...basicShape(kinds.local.gateTimeoutSeconds),
    port: z.int(portWords).min(1, portWords).max(65535, portWords).default(8080),
    reload: z.boolean().default(true),
    ...routedShape(2),
    secrets: z.record(secretKey, secretSource).prefault({}),
  })
  .meta({ id: "LocalSettings" }) satisfies z.ZodType<LocalSettings>;
