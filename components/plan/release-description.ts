import { createHash } from "node:crypto";
import type { Application, Smoke } from "../application/application.ts";
import type { ApplicationDescription } from "../application/description.ts";
import { parseApplication } from "../application/parse.ts";
import { defined } from "../input/defined.ts";
import { inOrder } from "./in-order.ts";

/**
 * The part of `application.ts` that matters where a release runs: neither how images are built, nor what `ci` checks, nor jobs that only people ask for.
 *
 * Defaults are left out, so that it is small, and stays the same when Towpath learns more.
 */
export type ReleaseDescription = Pick<
  ApplicationDescription,
  | "services"
  | "domains"
  | "postgres"
  | "redis"
  | "buckets"
  | "volumes"
  | "secrets"
  | "migrations"
  | "smoke"
  | "jobs"
>;

/** Returns the part of a checked application that a release keeps. */
export function descriptionOf(application: Application): ReleaseDescription {
  const { services, domains, postgres, redis, buckets, volumes, secrets, connectionSecrets } = application;
  const { migrations, smoke } = application;
  const kept = {
    services: Object.fromEntries(
      Object.entries(services).map(([name, { devCommand: _, ...service }]) => [name, filled(service)]),
    ),
    domains,
    postgres,
    redis,
    migrations,
    buckets,
    volumes,
    secrets: Object.fromEntries(
      Object.entries({ ...secrets, ...connectionSecrets }).filter(([, secret]) =>
        Object.entries(secret).some(([field, value]) => field !== "delivery" || value !== "file"),
      ),
    ),
    smoke: smoke.map(usualStatusLeftOut),
    jobs: Object.fromEntries(
      Object.entries(application.jobs).filter(
        ([, { schedule, runs }]) => schedule !== undefined || runs !== undefined,
      ),
    ),
  };
  return filled(kept) as unknown as ReleaseDescription;
}

function usualStatusLeftOut(check: Smoke): object {
  if ("command" in check || check.status !== 200) return check;
  const { status: _, ...request } = check;
  return request;
}

/** Returns the fields that do not have their default. */
function filled(fields: object): object {
  const isDefault = (value: unknown): boolean =>
    value === undefined ||
    value === false ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isDefault(value)));
}

/** The application that a release's description is of, with the images that it is made of. Throws an InputError as `parseApplication` does. */
export function applicationOf(
  name: string,
  images: readonly string[],
  description: ReleaseDescription,
): Application {
  // They are built already: where from does not matter any more.
  const built = Object.fromEntries(images.map((image) => [image, { context: image }]));
  return parseApplication({ name, images: built, ...description });
}

/** 64 hexadecimal digits that change exactly when a description does. */
export function descriptionHash(description: ReleaseDescription): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(description)))
    .digest("hex");
}

/**
 * A description with the backing services of another one, whose data it runs on: what is there is not taken away, and keeps
 * its version.
 */
export function onDataOf(description: ReleaseDescription, there: ReleaseDescription): ReleaseDescription {
  const buckets = [...new Set([...(description.buckets ?? []), ...(there.buckets ?? [])])];
  const volumes = [...new Set([...(description.volumes ?? []), ...(there.volumes ?? [])])];
  const { postgres = description.postgres, redis = description.redis } = there;
  return {
    ...description,
    ...defined({ postgres, redis }),
    ...(buckets.length > 0 && { buckets }),
    ...(volumes.length > 0 && { volumes }),
  };
}

/** The parts in which two descriptions differ, such as `services.api`; none when they are the same. */
export function changedParts(before: ReleaseDescription, after: ReleaseDescription): string[] {
  const [some, others] = [partsOf(before), partsOf(after)];
  const names = [...new Set([...Object.keys(some), ...Object.keys(others)])].sort();
  return names.filter((name) => some[name] !== others[name]);
}

function partsOf({ services, ...rest }: ReleaseDescription): Readonly<Record<string, string>> {
  const parts = {
    ...rest,
    ...Object.fromEntries(Object.entries(services).map(([name, service]) => [`services.${name}`, service])),
  };
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, JSON.stringify(inOrder(part))]),
  );
}
