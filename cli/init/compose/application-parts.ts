import type {
  ApplicationDescription,
  HealthDescription,
  ImageDescription,
  ServiceDescription,
} from "../../../components/application/description.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { defined } from "../../../components/input/defined.ts";
import { smokeOf } from "../describe.ts";
import type { MappedEnvironment } from "./environment.ts";
import type { Once } from "./once.ts";
import type { ComposeService } from "./roles.ts";
import { postgresOf, redisOf } from "./server-settings.ts";

/** What is known of a service beside its own keys. */
export interface ServiceParts {
  readonly image: string;
  readonly port: number | undefined;
  readonly health: HealthDescription | undefined;
  readonly routes: readonly string[] | undefined;
  /** What its keys say. */
  readonly fields: Partial<ServiceDescription>;
  readonly given: MappedEnvironment;
}

/** The description of a service. */
export function serviceOf({ image, port, health, routes, fields, given }: ServiceParts): ServiceDescription {
  const { needs = [], secrets = [], ...own } = fields;
  const allNeeds = [...new Set([...given.needs, ...needs])];
  const allSecrets = [...new Set([...secrets, ...given.secrets])];
  return {
    image,
    ...own,
    ...defined({ port, health }),
    ...(routes !== undefined && port !== undefined && { routes: [...routes] }),
    ...(allNeeds.length > 0 && { needs: allNeeds }),
    ...(allSecrets.length > 0 && { secrets: allSecrets }),
    ...(Object.keys(given.environment).length > 0 && { environment: { ...given.environment } }),
  };
}

/** The parts that a description is put together from. */
export interface ApplicationParts {
  readonly name: string;
  readonly images: Record<string, ImageDescription>;
  readonly services: Record<string, ServiceDescription>;
  readonly buckets: readonly string[];
  readonly all: readonly ComposeService[];
  readonly once: readonly Once[];
  readonly environments: readonly MappedEnvironment[];
  /** The secrets that programs read from files. */
  readonly files: readonly string[];
}

/** The description of an application. It is one that `application.ts` may hold, or has no services. */
export function applicationOf(parts: ApplicationParts): ApplicationDescription {
  const { name, images, services, buckets, all, once } = parts;
  const needs = new Set(Object.values(services).flatMap((service) => service.needs ?? []));
  const server = (role: string): ComposeService | undefined => all.find((one) => one.role === role);
  const [postgres, redis] = [server("postgres"), server("redis")];
  const secrets = deliveriesOf(parts);
  const migrations = once
    .flatMap((one) => (one.kind === "migrations" ? [one.migrations] : []))
    .find(({ service }) => services[service]?.needs?.includes("postgres") === true);
  const jobs = once.flatMap((one) => (one.kind === "job" ? [[one.name, one.job] as const] : []));
  const application: ApplicationDescription = {
    name,
    images,
    services,
    ...(postgres !== undefined && needs.has("postgres") && { postgres: postgresOf(postgres) }),
    ...(redis !== undefined && needs.has("redis") && { redis: redisOf(redis) }),
    ...(buckets.some((bucket) => needs.has(bucket)) && { buckets: [...buckets] }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
    ...defined({ migrations }),
    ...(jobs.length > 0 && { jobs: Object.fromEntries(jobs) }),
  };
  const volumes = new Set(Object.values(services).flatMap((service) => Object.keys(service.volumes ?? {})));
  if (volumes.size > 0) application.volumes = [...volumes];
  const smoke = Object.keys(services).length === 0 ? [] : smokeOf(parseApplication(application));
  return smoke.length === 0 ? application : { ...application, smoke };
}

/** Programs that were written for variables read no files; of a need's own, only those that a program reads are given so. */
function deliveriesOf({
  environments,
  files,
  services,
}: ApplicationParts): NonNullable<ApplicationDescription["secrets"]> {
  const read = new Set(environments.flatMap((one) => one.reads));
  const optional = new Set(environments.flatMap((one) => one.optional));
  const used = new Set(Object.values(services).flatMap(({ secrets = [] }) => secrets));
  const names = [
    ...["DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"].filter((name) =>
      read.has(name),
    ),
    ...[...used].filter((secret) => !files.includes(secret)),
  ];
  return Object.fromEntries(
    names.map((secret) => [
      secret,
      { delivery: "variable" as const, ...(optional.has(secret) && { optional: true }) },
    ]),
  );
}
