import type { SecretValues } from "../secrets/files.ts";
import type { ExternalDatabase } from "./external-postgres.ts";
import type { ExternalRedis } from "./external-redis.ts";
import type { ExternalStorage } from "./external-storage.ts";

/** The backing services that are on servers which are there already; of those that are left out, Towpath makes one. */
export interface ExternalServers {
  externalPostgres?: ExternalDatabase;
  externalRedis?: ExternalRedis;
  externalStorage?: ExternalStorage;
}

/** The values of secrets that lead to these servers, by name: workflows need them as much as the application's. */
export function externalSecrets(servers: ExternalServers): SecretValues {
  const { externalPostgres, externalRedis, externalStorage } = servers;
  const external = [externalPostgres, externalRedis, externalStorage].filter((one) => one !== undefined);
  return Object.fromEntries(external.map(({ secret, url }) => [secret, url]));
}
