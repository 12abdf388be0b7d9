import { posix } from "node:path";
import type { Application } from "../../components/application/application.ts";
import type {
  ApplicationDescription,
  ImageDescription,
  MigrationsDescription,
  ServiceDescription,
} from "../../components/application/description.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { routeOf } from "../../components/application/routes.ts";
import type { SmokeDescription } from "../../components/application/smoke-description.ts";
import { defined } from "../../components/input/defined.ts";
import { ownParts } from "../../components/naming/names.ts";
import { longestName, readableOf } from "../../components/naming/namespace.ts";
import type { Found, FoundService } from "./find.ts";
import { namedBuckets, givenFor, purposeOf, type Purpose } from "./variables.ts";

/**
 * The description of what was found, for a project in a folder of the repository. It is one that `application.ts` may hold:
 * anything else is an InputError.
 */
export function describe(name: string, found: Found, folder: string): ApplicationDescription {
  const { services } = found;
  const buckets = bucketsOf(services);
  const described = Object.fromEntries(
    services.map((service) => [service.name, serviceOf(service, services, buckets)]),
  );
  const needs = new Set(Object.values(described).flatMap((service) => service.needs ?? []));
  const asVariables = secretsOf(described, buckets).filter((secret) => !found.asFiles.has(secret));
  const migrations = migrationsOf(services);
  const application: ApplicationDescription = {
    name,
    images: Object.fromEntries(services.map((service) => [service.name, imageOf(service, folder)])),
    services: described,
    ...(needs.has("postgres") && { postgres: { version: postgresVersion(found) } }),
    ...(needs.has("redis") && { redis: { version: redisVersion(found) } }),
    ...(buckets.length > 0 && { buckets: [...buckets] }),
    // Programs that were written for variables read no files.
    ...(asVariables.length > 0 && {
      secrets: Object.fromEntries(asVariables.map((secret) => [secret, { delivery: "variable" as const }])),
    }),
    ...defined({ migrations }),
  };
  const smoke = smokeOf(parseApplication(application));
  return smoke.length === 0 ? application : { ...application, smoke };
}

/** The version that a compose file runs; the newest for new data, and in place of what Towpath does not know. */
export function postgresVersion({ versions }: Pick<Found, "versions">): 14 | 15 | 16 | 17 | 18 {
  return ([14, 15, 16, 17, 18] as const).find((version) => version === versions.postgres) ?? 17;
}

/** The same of Redis. */
function redisVersion({ versions }: Pick<Found, "versions">): 6 | 7 | 8 {
  return ([6, 7, 8] as const).find((version) => version === versions.redis) ?? 7;
}

/** The part of a service that its usual routes follow from. */
type Reached = Pick<FoundService, "name" | "port">;

/** The paths that go to a service with a port, unless a person chooses others. */
export function usualRoutes(service: Reached, services: readonly Reached[]): string[] {
  const reached = services.filter(({ port }) => port !== undefined);
  const page = reached.find(isPage) ?? reached.find((one) => !isApi(one)) ?? reached[0];
  if (service.name === page?.name) return ["/*"];
  const isOnlyApi = isApi(service) && reached.filter(isApi).length === 1;
  return [`/${isOnlyApi ? "api" : service.name}/*`];
}

function isPage({ name }: Reached): boolean {
  return /(?:^|-)(?:web|www|frontend|front|ui|client|site|page|app)(?:-|$)/.test(name);
}

function isApi({ name }: Reached): boolean {
  return /(?:^|-)(?:api|backend|server)(?:-|$)/.test(name);
}

function imageOf({ context, dockerfile, target, devTarget }: FoundService, folder: string): ImageDescription {
  const inContext = way(context, dockerfile);
  return {
    context: way(folder, context) || ".",
    ...(inContext !== "Dockerfile" && { dockerfile: inContext }),
    ...defined({ target }),
    ...(devTarget !== undefined && { dev: { target: devTarget } }),
  };
}

/** The way from a folder to a path, in a form that no shell would take for a home or an escape. */
function way(folder: string, path: string): string {
  return posix.relative(folder, path).replace(/^(?=[~\\])/, "./");
}

function serviceOf(
  service: FoundService,
  services: readonly FoundService[],
  buckets: readonly string[],
): ServiceDescription {
  const { port, health, routes = usualRoutes(service, services) } = service;
  const needs = needsOf(service, buckets);
  const secrets = withPurpose(service, "secret").filter((name) => !givenFor(needs, buckets).includes(name));
  return {
    image: service.name,
    ...defined({ port }),
    ...(health !== undefined && { health: "path" in health ? health : { command: [...health.command] } }),
    ...(port !== undefined && routes.length > 0 && { routes: [...routes] }),
    ...(needs.length > 0 && { needs }),
    ...(secrets.length > 0 && { secrets }),
  };
}

/** The names of a service's variables that are for this. */
export function withPurpose({ variables }: FoundService, purpose: Purpose): string[] {
  return variables.filter((variable) => purposeOf(variable) === purpose).map(({ name }) => name);
}

function needsOf(service: FoundService, buckets: readonly string[]): string[] {
  const storage = withPurpose(service, "storage");
  const own = namedBuckets(storage);
  return [
    ...(withPurpose(service, "postgres").length > 0 || service.alembic !== undefined ? ["postgres"] : []),
    ...(withPurpose(service, "redis").length > 0 ? ["redis"] : []),
    ...(storage.length === 0 ? [] : buckets.filter((bucket) => own.length === 0 || own.includes(bucket))),
  ];
}

/** The buckets that services name; `files` where they want one and name none. */
function bucketsOf(services: readonly FoundService[]): string[] {
  const names = services.flatMap((service) => withPurpose(service, "storage"));
  const taken: readonly string[] = [...ownParts, ...services.map(({ name }) => name)];
  const named = namedBuckets(names).filter((bucket) => !taken.includes(bucket));
  if (named.length > 0 || names.length === 0) return named;
  return [["files", "uploads", "objects"].find((name) => !taken.includes(name)) ?? "stored-files"];
}

function secretsOf(
  services: Readonly<Record<string, ServiceDescription>>,
  buckets: readonly string[],
): string[] {
  const all = Object.values(services).flatMap(({ needs = [], secrets = [] }) => [
    ...givenFor(needs, buckets).filter((name) => !/^S3_(?:ENDPOINT|REGION|BUCKET)/.test(name)),
    ...secrets,
  ]);
  return [...new Set(all)];
}

/** The commands of the first service that has migrations by Alembic, as its guide has them. */
function migrationsOf(services: readonly FoundService[]): MigrationsDescription | undefined {
  const service = services.find(({ alembic }) => alembic !== undefined);
  return service?.alembic === undefined ? undefined : alembicMigrations(service.name, service.alembic);
}

/** Alembic's commands with a configuration, in the image of a service. */
export function alembicMigrations(service: string, configuration: string): MigrationsDescription {
  const alembic = configuration === "alembic.ini" ? ["alembic"] : ["alembic", "-c", configuration];
  return {
    service,
    up: [...alembic, "upgrade", "head"],
    down: [...alembic, "downgrade"],
    current: [...alembic, "current"],
    base: "base",
    pending: [
      "sh",
      "-c",
      `found=$(${alembic.join(" ")} history --rev-range {revision}:head) && echo "$found" | ` +
        "sed 's/^<base>/base/; s/^[^>]* -> //; s/[ ,].*//; /^{revision}$/d' | tac",
    ],
    sql: [...alembic, "upgrade", "{revision}:head", "--sql"],
  };
}

/** A request to each health path that the gateway sends to the service itself. */
export function smokeOf(application: Application): SmokeDescription[] {
  return Object.entries(application.services).flatMap(([name, { health }]) =>
    health !== undefined && "path" in health && routeOf(application, health.path)?.service === name
      ? [{ path: health.path, status: 200 }]
      : [],
  );
}

/** An application's name from that of a repository or folder; undefined when nothing of it can be read. */
export function applicationName(raw: string): string | undefined {
  return readableOf(raw, longestName) || undefined;
}
