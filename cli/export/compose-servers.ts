import type { Application, PostgresServer, RedisServer } from "../../components/application/application.ts";
import { objectStorageImage, objectStoragePort } from "../../components/application/connections.ts";
import { imageReference } from "../../components/application/images.ts";
import { postgresImage, redisConfiguration, redisImage } from "../../components/application/servers.ts";
import { dataPathOf } from "../../components/data/postgres.ts";
import { healthcheck, type ComposeService } from "./compose-service.ts";
import { asked, databaseOf, passwordVariables, plain, serverNames } from "./compose-values.ts";

/** The servers that the application needs, and the volumes that keep their data. */
export function serversOf(
  application: Application,
  imageMirror: string | undefined,
): { services: Record<string, ComposeService>; volumes: Record<string, object> } {
  const services: Record<string, ComposeService> = {};
  const { postgres, redis, buckets } = application;
  const { postgres: database, redis: cache, objectStorage } = serverNames;
  if (postgres !== undefined) services[database] = postgresOf(application, postgres, imageMirror);
  if (redis !== undefined) services[cache] = redisOf(redis, imageMirror);
  if (buckets.length > 0) services[objectStorage] = storageOf(buckets, imageMirror);
  const kept = Object.entries(services).filter(([, { volumes }]) => volumes !== undefined);
  return { services, volumes: Object.fromEntries(kept.map(([name]) => [`${name}-data`, {}])) };
}

function postgresOf(
  application: Application,
  server: PostgresServer,
  mirror: string | undefined,
): ComposeService {
  const database = databaseOf(application);
  return {
    image: postgresImage(server, mirror),
    ...commandOf(server),
    environment: {
      POSTGRES_USER: database,
      POSTGRES_DB: database,
      POSTGRES_PASSWORD: asked(passwordVariables.postgres),
    },
    volumes: [`${serverNames.postgres}-data:${dataPathOf(server.version)}`],
    ...((server.extensions ?? []).length > 0 && {
      configs: [{ source: extensionsName, target: "/docker-entrypoint-initdb.d/extensions.sql" }],
    }),
    // Over the network: while the image sets the data up, it listens on its socket only.
    healthcheck: healthcheck("pg_isready", "--host", "127.0.0.1", "--username", database),
    restart: "unless-stopped",
  };
}

const extensionsName = "postgres-extensions";

/** The SQL that the image runs when it makes its data, which creates the extensions. */
export function extensionsFile({ postgres }: Application): Record<string, { content: string }> {
  const all = postgres?.extensions ?? [];
  if (all.length === 0) return {};
  const content = all.map((name) => `CREATE EXTENSION IF NOT EXISTS "${name}" CASCADE;\n`).join("");
  return { [extensionsName]: { content } };
}

/** Its settings; a dollar sign is doubled, for Compose reads it. */
function commandOf({ settings = {} }: PostgresServer): ComposeService {
  const all = Object.entries(settings);
  if (all.length === 0) return {};
  return { command: ["postgres", ...all.flatMap(([name, value]) => ["-c", plain(`${name}=${value}`)])] };
}

function redisOf(redis: RedisServer, mirror: string | undefined): ComposeService {
  const password = passwordVariables.redis;
  const { server = "redis", persistent = true } = redis;
  const lines = redisConfiguration(redis).map((line) => ` '${plain(line).replaceAll("'", `'"'"'`)}'`);
  // As it was before there were settings.
  const configuration =
    persistent && redis.settings === undefined
      ? `'requirepass %s\\nappendonly yes\\n' "$$${password}"`
      : `'%s\\n' "requirepass $$${password}"${lines.join("")}`;
  return {
    image: redisImage(redis, mirror),
    // From a variable of the container's: a password in the command line would be in every process list.
    command: ["sh", "-c", `printf ${configuration} | exec docker-entrypoint.sh ${server}-server -`],
    environment: { [password]: asked(password) },
    ...(persistent ? { volumes: [`${serverNames.redis}-data:/data`] } : { tmpfs: ["/data"] }),
    healthcheck: healthcheck("sh", "-c", `REDISCLI_AUTH="$${password}" ${server}-cli ping | grep -q PONG`),
    restart: "unless-stopped",
  };
}

/** An S3 server over plain files, whose buckets are folders. */
function storageOf(buckets: readonly string[], mirror: string | undefined): ComposeService {
  const folders = buckets.map((bucket) => `/data/${bucket}`).join(" ");
  return {
    image: imageReference(objectStorageImage, mirror),
    entrypoint: [
      "sh",
      "-c",
      `mkdir -p ${folders} && exec versitygw --port :${objectStoragePort} --health /health posix /data`,
    ],
    environment: {
      ROOT_ACCESS_KEY: asked(passwordVariables.accessKey),
      ROOT_SECRET_KEY: asked(passwordVariables.secretKey),
    },
    volumes: [`${serverNames.objectStorage}-data:/data`],
    healthcheck: healthcheck("wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${objectStoragePort}/health`),
    restart: "unless-stopped",
  };
}
