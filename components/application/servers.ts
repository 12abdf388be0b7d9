import { show } from "../input/input-checks.ts";
import type { Application, PostgresServer } from "./application.ts";
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

/** The problems of servers: a name of the database that cannot be, an image of another version, settings that are not free, and an extension that is named twice. */
export function serverProblems({ postgres }: Pick<Application, "postgres">): string[] {
  if (postgres === undefined) return [];
  const { version, database, image, settings = {}, extensions = [] } = postgres;
  const said = image === undefined ? undefined : majorIn(image);
  return [
    ...databaseNameProblems(database),
    ...(said === undefined || said === version
      ? []
      : [
          `postgres.image: expected an image of PostgreSQL ${version}, as postgres.version says, got ${show(image)}; take its tag for ${version}`,
        ]),
    ...Object.entries(settings).flatMap(([name, value]) =>
      own.has(name)
        ? [`postgres.settings.${name}: Towpath sets it itself, got ${show(value)}; remove it`]
        : [],
    ),
    ...extensions.flatMap((name, index) =>
      extensions.indexOf(name) < index
        ? [`postgres.extensions[${index}]: named twice, got ${show(name)}; remove one of them`]
        : [],
    ),
  ];
}

/** The major version that an image's tag says; undefined where it counts something else. */
export function majorIn(image: string): number | undefined {
  const [, name = "", tag = ""] = /([^/:@]+):([^/:@]+)(?:@|$)/.exec(image) ?? [];
  const found =
    /(?:^|[-.])pg-?(\d+)/.exec(tag) ?? (/^(?:postgres|postgis)$/.test(name) ? /^(\d+)/.exec(tag) : null);
  return found === null ? undefined : Number(found[1]);
}
