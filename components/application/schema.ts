import { z } from "zod";

import { expected, show } from "../input/input-checks.ts";
import { isLabel, longestName } from "../naming/namespace.ts";
import type { Health, Migrations, MigrationsAtStart } from "./application.ts";
import { command, only, requestPath } from "./fields.ts";
import { image } from "./image-schema.ts";
import { revisionWord } from "./migrations.ts";
import { processShape } from "./process.ts";
import { publishedPorts } from "./published-ports.ts";
import { domainLabel, route } from "./route-schema.ts";
import { schedule } from "./schedule.ts";
import { secretPath } from "./secret-paths.ts";
import { postgres, redis } from "./server-schema.ts";
import { smoke } from "./smoke.ts";
import { variableName, variableValue } from "./variable-schema.ts";

/** The name of the application, a service, an image or a bucket. */
function named(example: string) {
  const words = expected(
    `a name of lower-case letters, digits and hyphens, from a letter on, at most ${longestName} characters`,
    `for example "${example}"`,
  );
  return z.string(words).refine((text) => isLabel(text, longestName), words);
}

const portWords = expected(
  "a port from 1 to 65535",
  "take the one that the service listens on, for example 8000",
);
const port = z.int(portWords).min(1, portWords).max(65535, portWords);

// GitHub keeps the secrets of deployed environments and takes no other names; a secret's path is in `<NAME>_FILE`.
const secretWords = expected(
  "a secret's name of capital letters, digits and underscores, not from GITHUB_ or TOWPATH_ on and not ending in _FILE, at most 100 characters",
  'for example "JWT_SECRET"',
);
const secretName = z
  .string(secretWords)
  .regex(/^(?!GITHUB_|TOWPATH_|.*_FILE$)[A-Z][A-Z0-9_]{0,99}$/, secretWords);

const healthWords = expected("either a path or a command", 'write { path: "/health" } or { command: ["…"] }');
const health = z
  .strictObject({ path: requestPath.exactOptional(), command: command.exactOptional() }, healthWords)
  .refine((given) => (given.path === undefined) !== (given.command === undefined), healthWords)
  .transform((given) => given as Health)
  .meta({ id: "HealthDescription" });

/** Docker's own list: anything else would be added. */
export const capabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
] as const;
const capabilityWords = expected(
  `one of the capabilities that Docker gives by default (${capabilities.join(", ")})`,
  "remove it: a service is given no others",
);

const profileWords = expected(
  "a profile of letters, digits, dots, hyphens and underscores",
  'for example "with-celery"',
);
const profilesWords = expected("at least one profile", 'for example ["with-celery"], or leave it out');

/** The name of a profile, in Compose's form. */
export const profile = z.string(profileWords).regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, profileWords);

const volumePathWords = expected(
  'an absolute path in the container, without "." and ".." in it',
  'for example "/app/uploads"',
);

/** The folder of a volume in a container. */
export const volumePath = z
  .string(volumePathWords)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/:,\s]+)+$/, volumePathWords);

const service = z
  .strictObject({
    image: z.string(expected("the name of an image", "name one of those in images")),
    only: only.exactOptional(),
    profiles: z.array(profile, profilesWords).min(1, profilesWords).exactOptional(),
    command: command.exactOptional(),
    ...processShape,
    devCommand: command.exactOptional(),
    port: port.exactOptional(),
    health: health.exactOptional(),
    routes: z.array(route).default([]),
    needs: z.array(z.string(expected("the name of what is needed", 'for example "postgres"'))).default([]),
    secrets: z.array(secretName).default([]),
    volumes: z.record(named("uploads"), volumePath).default({}),
    ports: publishedPorts.exactOptional(),
    rollout: z
      .enum(
        ["start-first", "stop-first"],
        expected('"start-first" or "stop-first"', "take stop-first where two copies must never run"),
      )
      .exactOptional(),
    readOnly: z.boolean(expected("true or false", "write it without quotes")).default(false),
    capabilities: z.array(z.enum(capabilities, capabilityWords)).default([]),
    environment: z.record(variableName, variableValue).default({}),
  })
  .meta({ id: "ServiceDescription" });

const secret = z
  .strictObject({
    delivery: z
      .enum(
        ["file", "variable"],
        expected('"file" or "variable"', "take file where the program can read one"),
      )
      .default("file"),
    path: secretPath.exactOptional(),
    optional: z.boolean(expected("true or false", "write it without quotes")).exactOptional(),
  })
  .meta({ id: "SecretDescription" });

const baseWords = expected("the revision below the first one", 'for example "base"');
const fromWords = expected(
  "a command with {revision} where it takes the revision to start from",
  'for example ["alembic", "upgrade", "{revision}:head", "--sql"]',
);
const commandFrom = command.refine((words) => words.some((word) => word.includes(revisionWord)), fromWords);
const migrations = z
  .strictObject({
    service: z.string(expected("the name of a service", "name the one whose image holds the migrations")),
    atStart: z.literal(true, expected("true", "leave it out where commands migrate")).exactOptional(),
    up: command.exactOptional(),
    down: command.exactOptional(),
    current: command.exactOptional(),
    base: z
      .string(baseWords)
      .regex(/^[\w.-]+$/, baseWords)
      .exactOptional(),
    pending: commandFrom.exactOptional(),
    sql: commandFrom.exactOptional(),
  })
  .superRefine(({ service: _, atStart, ...commands }, context) => {
    const refuse = (field: string, message: string): void => {
      context.addIssue({ code: "custom", path: [field], message });
    };
    if (atStart === undefined) {
      for (const field of ["up", "current"] as const) {
        if (commands[field] !== undefined) continue;
        refuse(
          field,
          "expected a command with one item a word, got nothing; describe it, or write atStart: true where the service migrates at its start",
        );
      }
    } else {
      for (const [field, value] of Object.entries(commands))
        refuse(
          field,
          `a service that migrates at its start is given none, got ${show(value)}; remove it, or atStart`,
        );
    }
  })
  .transform((given) => given as Migrations | MigrationsAtStart)
  .meta({ id: "MigrationsDescription" });

const limitWords = expected("a number of seconds from 1 to 3600", "take 600 if in doubt");
const containerPathWords = expected(
  "an absolute path of a file or folder in the container",
  'for example "/tmp/reports/junit.xml"',
);
const containerPath = z
  .string(containerPathWords)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\s]+)+$/, containerPathWords);
const thresholdWords = expected("a percentage from 0 to 100", "for example 85");

const check = z
  .strictObject({
    service: z.string(expected("the name of a service", "name the one whose image holds what is checked")),
    command,
    needs: z
      .array(z.string(expected("the name of what is needed", 'for example "postgres"')))
      .exactOptional(),
    timeoutSeconds: z.int(limitWords).min(1, limitWords).max(3600, limitWords).default(600),
    artifacts: z.array(containerPath).default([]),
    coverage: z
      .strictObject({
        file: containerPath,
        threshold: z.number(thresholdWords).min(0, thresholdWords).max(100, thresholdWords),
      })
      .meta({ id: "CoverageDescription" })
      .exactOptional(),
  })
  .meta({ id: "CheckDescription" });

const jobLimitWords = expected("a number of seconds from 1 to 86400", "take 600 if in doubt");
const job = z
  .strictObject({
    service: z.string(expected("the name of a service", "name the one whose image holds the command")),
    command,
    timeoutSeconds: z.int(jobLimitWords).min(1, jobLimitWords).max(86_400, jobLimitWords).exactOptional(),
    schedule: schedule.exactOptional(),
    runs: z
      .enum(
        ["before-release", "after-release"],
        expected(
          '"before-release" or "after-release"',
          "take before-release for what has to be done before anything new starts, or leave it out",
        ),
      )
      .exactOptional(),
    only: only.exactOptional(),
  })
  .meta({ id: "JobDescription" });

const servicesWords = expected("at least one service by its name", 'for example { api: { image: "api" } }');
const imagesWords = expected("images by their names", 'for example { api: { context: "app/api" } }');

/** The schema of `application.ts`. Its parts are checked against each other afterwards, in checks.ts. */
export const applicationSchema = z
  .strictObject({
    name: named("notes"),
    images: z.record(named("api"), image, imagesWords),
    services: z
      .record(named("api"), service, servicesWords)
      .refine((services) => Object.keys(services).length > 0, servicesWords),
    domains: z.array(domainLabel).default([]),
    postgres: postgres.exactOptional(),
    redis: redis.exactOptional(),
    buckets: z.array(named("files")).default([]),
    volumes: z.array(named("uploads")).default([]),
    secrets: z.record(secretName, secret).default({}),
    migrations: migrations.exactOptional(),
    smoke: z.array(smoke).default([]),
    checks: z.record(named("api-tests"), check).default({}),
    jobs: z.record(named("seed"), job).default({}),
  })
  .meta({ id: "ApplicationDescription" });

/** A description in which every field has a good form and every default stands. */
export type WellFormed = z.output<typeof applicationSchema>;
