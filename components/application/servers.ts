import { show } from "../input/input-checks.ts";
import type { Application, PostgresServer, RedisServer } from "./application.ts";
import { databaseNameProblems } from "./database-name.ts";
import { imageReference } from "./images.ts";

/** The image of a PostgreSQL server and of its clients, as an engine pulls it: the official one where no other is named. */
export function postgresImage(
  { version, image = `postgres:${version}` }: Pick<PostgresServer, "version" | "image">,
  imageMirror?: string,
): string {
  return imageReference(image, imageMirror);
}

/** Settings that say where the server has its files, where it listens, and that what is committed outlives a crash. */
const own: ReadonlySet<string> = new Set([
  "config_file",
  "data_directory",
  "external_pid_file",
  "fsync",
  "full_page_writes",
  "hba_file",
  "ident_file",
  "listen_addresses",
  "port",
  "unix_socket_directories",
]);

/** The same of Redis; its users, its commands and the server that it is a copy of, too: what is in it, and the password, depend on them. */
const redisOwn: ReadonlySet<string> = new Set([
  "aclfile",
  "appenddirname",
  "appendfilename",
  "appendonly",
  "bind",
  "cluster-enabled",
  "daemonize",
  "dbfilename",
  "dir",
  "include",
  "logfile",
  "masterauth",
  "masteruser",
  "pidfile",
  "port",
  "protected-mode",
  "rename-command",
  "replicaof",
  "requirepass",
  "save",
  "slaveof",
  "tls-port",
  "unixsocket",
  "user",
]);

/** The image of a Redis server, as an engine pulls it. */
export function redisImage(
  { version, server = "redis" }: Pick<RedisServer, "version" | "server">,
  imageMirror?: string,
): string {
  if (server === "redis") return imageReference(`redis:${version}`, imageMirror);
  // The oldest is called after the release of Redis that it is made from.
  return imageReference(`valkey/valkey:${version === 7 ? "7.2" : version}`, imageMirror);
}

/**
 * The lines of a Redis server's configuration that say what it keeps, and its settings.
 *
 * @param keeps false where nothing is written down although the server is not said to be a cache, as in `ci`
 */
export function redisConfiguration(
  { persistent = true, settings = {} }: Pick<RedisServer, "persistent" | "settings">,
  keeps = persistent,
): string[] {
  return [
    `appendonly ${keeps ? "yes" : "no"}`,
    "dir /data",
    ...(persistent ? [] : ['save ""']),
    ...Object.entries(settings).map(([name, value]) => `${name} ${value}`),
  ];
}

/** The problems of servers: a name of the database that cannot be, an image of another version, settings that are not free, and an extension that is named twice. */
export function serverProblems({ postgres, redis }: Pick<Application, "postgres" | "redis">): string[] {
  return [...postgresProblems(postgres), ...redisProblems(redis)];
}

function postgresProblems(postgres: PostgresServer | undefined): string[] {
  if (postgres === undefined) return [];
  const { version, database, image, settings, extensions = [] } = postgres;
  const said = image === undefined ? undefined : majorIn(image);
  return [
    ...databaseNameProblems(database),
    ...(said === undefined || said === version
      ? []
      : [
          `postgres.image: expected an image of PostgreSQL ${version}, as postgres.version says, got ${show(image)}; take its tag for ${version}`,
        ]),
    ...ownSettings("postgres.settings", settings, own),
    ...extensions.flatMap((name, index) =>
      extensions.indexOf(name) < index
        ? [`postgres.extensions[${index}]: named twice, got ${show(name)}; remove one of them`]
        : [],
    ),
  ];
}

function redisProblems(redis: RedisServer | undefined): string[] {
  if (redis === undefined) return [];
  const { version, server, settings } = redis;
  return [
    ...(server === "valkey" && version === 6
      ? ["redis.version: Valkey begins with 7, got 6; take 7, or leave redis.server out"]
      : []),
    ...ownSettings("redis.settings", settings, redisOwn),
  ];
}

function ownSettings(
  path: string,
  settings: Readonly<Record<string, string>> = {},
  taken: ReadonlySet<string>,
): string[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    taken.has(name) ? [`${path}.${name}: Towpath sets it itself, got ${show(value)}; remove it`] : [],
  );
}

/** The major version that an image's tag says; undefined where it counts something else. */
export function majorIn(image: string): number | undefined {
  const [, name = "", tag = ""] = /([^/:@]+):([^/:@]+)(?:@|$)/.exec(image) ?? [];
  const found =
    /(?:^|[-.])pg-?(\d+)/.exec(tag) ?? (/^(?:postgres|postgis)$/.test(name) ? /^(\d+)/.exec(tag) : null);
  return found === null ? undefined : Number(found[1]);
}
