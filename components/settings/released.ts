import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { basicShape, routedShape } from "./basic.ts";
import { certificates, domainName } from "./domain.ts";
import { domains, redirects, trustedProxies } from "./domains.ts";
import { unhashed } from "./hashed.ts";
import { externally, externalStorage } from "./external.ts";
import { host, hostName } from "./host.ts";
import { limits } from "./limits.ts";
import { seconds } from "./durations.ts";
import { registry } from "./registry.ts";
import { releasedSecretSource, secretKey } from "./secret-source.ts";
import { profiles } from "./profiles.ts";
import { variables } from "./variables.ts";
import { vault } from "./vault.ts";

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

/** A written reason. */
export const reason = z.string(reasonWords).regex(/\S/, reasonWords);

/** The stack of a host that several environments share. */
export const gateway = z.string(gatewayWords).regex(/^host-[a-z0-9-]+$/, gatewayWords);

const canary = z
  .strictObject({
    weight: z
      .int(weightWords)
      .min(0, weightWords)
      .max(99, weightWords)
      .describe(
        "The percentage of clients that the new release serves, always the same ones: 0 to 99. With 0 it is taken away again.",
      ),
  })
  .meta({ id: "CanarySettings", description: "A release beside another one." });

export type CanarySettings = z.output<typeof canary>;

const freeze = z
  .strictObject({
    until: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], untilWords)
      .describe(
        "When it ends: a date, or a time with its zone, such as `2026-01-02` or `2026-01-02T09:00:00Z`.",
      ),
    reason: reason.describe("Why, for the one whose release is refused."),
  })
  .meta({ id: "FreezeSettings", description: "A time without releases." });

export type FreezeSettings = z.output<typeof freeze>;

/** The schemas of the migration settings. */
export const migrationShape = {
  lockWaitSeconds: seconds(1, 60).describe(
    "How long the migration waits for another one to end, in seconds.",
  ),
  timeoutSeconds: seconds(1, 600).describe("How long the migration itself may take, in seconds."),
};

/** Returns the schemas of staging and production: releases to hosts of their own, with data that is kept. */
export function releasedShape(gateTimeoutSeconds: number, domain: string) {
  return {
    ...basicShape(gateTimeoutSeconds),
    domain: domainName(domain).describe("The host name that users reach the application by."),
    domains,
    redirects,
    trustedProxies,
    certificates: certificates.describe(
      "`automatic`: a public authority's certificates. `internal`: the gateway's own authority.",
    ),
    hosts: z
      .record(hostName, host, hostsWords)
      .refine((hosts) => Object.keys(hosts).length > 0, hostsWords)
      .describe("The hosts, by a name of your own."),
    gateway: gateway
      .exactOptional()
      .describe(
        "The stack of a host that several environments share, `host-<name>`, whose gateway serves this one too; left out, it has a gateway of its own.",
      ),
    registry: registry.describe("Where the images are pulled from."),
    ...routedShape(10),
    limits: limits.describe("What each copy of a service may use at most."),
    copies: z
      .record(z.string(), z.int(copiesWords).min(1, copiesWords).max(100, copiesWords))
      .default({})
      .describe("How many copies of a service run, by the service's name; one of those that are not named."),
    canary: canary
      .exactOptional()
      .describe(
        "Runs the new release beside the old one, for a part of the clients; left out, a release takes over whole.",
      )
      .meta(unhashed),
    maintenance: z
      .boolean(expected("true or false", "write it without quotes"))
      .default(false)
      .describe("Whether everyone is answered 503 with a page that says so, health paths excepted."),
    freeze: freeze
      .exactOptional()
      .describe("Refuses every release until then, in the plan already; left out, none is refused.")
      .meta(unhashed),
    profiles,
    variables,
    postgres: externally("PostgresSettings", "PostgreSQL"),
    redis: externally("RedisSettings", "Redis"),
    objectStorage: externalStorage,
    vault: vault.exactOptional().describe("The server that secrets with the source `vault` come from."),
    secrets: z
      .record(secretKey, releasedSecretSource)
      .prefault({})
      .describe(
        "Where the values of secrets come from, by the secret's name; `configuration` for those that are not named.",
      ),
  };
}
