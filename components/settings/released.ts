import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { basicShape, routedShape, type BasicSettings, type RoutedSettings } from "./basic.ts";
import { certificates, domainName } from "./domain.ts";
import type { GithubSettings } from "./github.ts";
import { host, hostName, type HostSettings } from "./host.ts";
import { limits, type Limits } from "./limits.ts";
import { seconds } from "./durations.ts";
import { registry, type RegistrySettings } from "./registry.ts";
import { releasedSecretSource, secretKey, type ReleasedSecretSource } from "./secret-source.ts";
import { vault, type VaultSettings } from "./vault.ts";

/** What staging and production have: releases to hosts of their own, with data that is kept. */
export interface ReleasedSettings extends BasicSettings, RoutedSettings {
  /** The host name that users reach the application by. */
  domain: string;
  /** `automatic`: a public authority's certificates. `internal`: the gateway's own authority. */
  certificates: "automatic" | "internal";
  /** The stack of a host that several environments share, `host-<name>`, whose gateway serves this one too; left out, it has a gateway of its own. */
  gateway?: string;
  /** The hosts, by a name of your own. */
  hosts: Record<string, HostSettings>;
  /** Where the images are pulled from. */
  registry: RegistrySettings;
  /** What each copy of a service may use at most. */
  limits: Limits;
  /** How many copies of a service run, by the service's name; one of those that are not named. */
  copies: Record<string, number>;
  /** How the schema is migrated. */
  migration: MigrationSettings;
  /** Runs the new release beside the old one, for a part of the clients; left out, a release takes over whole. */
  canary?: CanarySettings;
  /** Whether everyone is answered 503 with a page that says so, health paths excepted. */
  maintenance: boolean;
  /** Refuses every release until then, in the plan already; left out, none is refused. */
  freeze?: FreezeSettings;
  /** GitHub's environment of this stack; left out, none is made. */
  github?: GithubSettings;
  /** The server that secrets with the source `vault` come from. */
  vault?: VaultSettings;
  /** Where the values of secrets come from, by the secret's name; `configuration` for those that are not named. */
  secrets: Record<string, ReleasedSecretSource>;
}

/** How the schema is migrated. */
export interface MigrationSettings {
  /** How long the migration waits for another one to end, in seconds. */
  lockWaitSeconds: number;
  /** How long the migration itself may take, in seconds. */
  timeoutSeconds: number;
}

/** A release beside another one. */
export interface CanarySettings {
  /** The percentage of clients that the new release serves, always the same ones: 0 to 99. With 0 it is taken away again. */
  weight: number;
}

/** A time without releases. */
export interface FreezeSettings {
  /** When it ends: a date, or a time with its zone, such as `2026-01-02` or `2026-01-02T09:00:00Z`. */
  until: string;
  /** Why, for the one whose release is refused. */
  reason: string;
}

const hostsWords = expected(
  "at least one host by a name of your own",
  'write { "app1": { "address": "app1.example.com", "user": "deploy", "hostKey": "ssh-ed25519 AAAA…" } }',
);
const gatewayWords = expected("the stack of a shared host", 'for example "host-app1"');
const weightWords = expected(
  "a percentage from 0 to 99",
  "remove canary to send everyone to the new release, or take 0 to send nobody there",
);
const untilWords = expected(
  "a date, or a time with its zone",
  'for example "2026-01-02" or "2026-01-02T09:00:00Z"',
);
const reasonWords = expected("a reason", "write a sentence that others can judge it by");
const copiesWords = expected("a number of copies from 1 to 100", "take 1 if in doubt");

/** The schema of a written reason. */
export const reason = z.string(reasonWords).regex(/\S/, reasonWords);

/** The schema of MigrationSettings. */
export const migrationShape = {
  lockWaitSeconds: seconds(1, 60),
  timeoutSeconds: seconds(1, 600),
};

/** The schema of ReleasedSettings but for what the two environments word differently. */
export function releasedShape(gateTimeoutSeconds: number, domain: string) {
  return {
    ...basicShape(gateTimeoutSeconds),
    domain: domainName(domain),
    certificates,
    hosts: z.record(hostName, host, hostsWords).refine((hosts) => Object.keys(hosts).length > 0, hostsWords),
    gateway: z
      .string(gatewayWords)
      .regex(/^host-[a-z0-9-]+$/, gatewayWords)
      .exactOptional(),
    registry,
    ...routedShape(10),
    limits,
    copies: z.record(z.string(), z.int(copiesWords).min(1, copiesWords).max(100, copiesWords)).default({}),
    canary: z
      .strictObject({ weight: z.int(weightWords).min(0, weightWords).max(99, weightWords) })
      .meta({ id: "CanarySettings" })
      .exactOptional(),
    maintenance: z.boolean(expected("true or false", "write it without quotes")).default(false),
    freeze: z
      .strictObject({
        until: z.union([z.iso.date(), z.iso.datetime({ offset: true })], untilWords),
        reason,
      })
      .meta({ id: "FreezeSettings" })
      .exactOptional(),
    vault: vault.exactOptional(),
    secrets: z.record(secretKey, releasedSecretSource).prefault({}),
  };
}
