import type { Application } from "./application.ts";
import { isBackingService } from "./needs.ts";

/** The folder in which containers find the files of their secrets. */
export const secretsFolder = "/run/secrets";

/** The object storage's image: Versity's gateway. */
export const objectStorageImage = "versity/versitygw:v1.8.0";

/** The port that PostgreSQL listens on. */
export const postgresPort = 5432;

/** The port that Redis listens on. */
export const redisPort = 6379;

/** The port that the object storage listens on. */
export const objectStoragePort = 7070;

/** The region that S3 clients ask for; a single server has only one. */
export const objectStorageRegion = "us-east-1";

/** The connections of a service: plain variables, and the secrets whose values the backing services make. */
export interface Connections {
  readonly environment: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
}

/** The names that connections are made of; a namespace's `Names` are these. */
export interface ConnectionNames {
  /** The object storage's host name. */
  readonly objectStorage: string;
  /** A bucket's name in the object storage. */
  readonly bucket: (bucket: string) => string;
  /** An object storage that is not Towpath's; left out, it is the one with that host name. */
  readonly externalStorage?: { readonly endpoint: string; readonly region: string };
}

/** The address of the object storage. */
export function storageEndpoint({ externalStorage, objectStorage }: ConnectionNames): string {
  return externalStorage?.endpoint ?? `http://${objectStorage}:${objectStoragePort}`;
}

/** The region that clients of the object storage ask for. */
export function storageRegion({ externalStorage }: ConnectionNames): string {
  return externalStorage?.region ?? objectStorageRegion;
}

/**
 * Returns the variables and secrets that a service or a check gets from its needs.
 *
 * `postgres`: secret DATABASE_URL. `redis`: secret REDIS_URL. A bucket `my-files`: S3_ENDPOINT, S3_REGION and
 * S3_BUCKET_MY_FILES, and the secrets S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY. Another service: only the order.
 */
export function connections(
  application: Pick<Application, "buckets">,
  needs: readonly string[],
  names: ConnectionNames,
): Connections {
  const buckets = needs.filter((need) => application.buckets.includes(need));
  const environment: Record<string, string> = {};
  if (buckets.length > 0) {
    environment.S3_ENDPOINT = storageEndpoint(names);
    environment.S3_REGION = storageRegion(names);
  }
  for (const bucket of buckets) environment[bucketVariable(bucket)] = names.bucket(bucket);
  return {
    environment,
    secretNames: needs.flatMap((need) => secretsOfNeed(application, need)).filter(first),
  };
}

/** The variable that holds a bucket's real name: `S3_BUCKET_MY_FILES` for `my-files`. */
export function bucketVariable(bucket: string): string {
  return `S3_BUCKET_${bucket.toUpperCase().replaceAll("-", "_")}`;
}

/** The secrets that a need brings. */
export function secretsOfNeed({ buckets }: Pick<Application, "buckets">, need: string): string[] {
  if (isBackingService(need)) return [{ postgres: "DATABASE_URL", redis: "REDIS_URL" }[need]];
  return buckets.includes(need) ? ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] : [];
}

/** The plain variables that a need brings. */
export function variablesOfNeed({ buckets }: Pick<Application, "buckets">, need: string): string[] {
  return buckets.includes(need) ? ["S3_ENDPOINT", "S3_REGION", bucketVariable(need)] : [];
}

/** The file that a secret is delivered as, and the variable that tells its path. */
export function secretFile(name: string): { path: string; variable: string } {
  return { path: `${secretsFolder}/${name}`, variable: `${name}_FILE` };
}

/** Drops what stood before. */
function first<Item>(item: Item, index: number, all: readonly Item[]): boolean {
  return all.indexOf(item) === index;
}
