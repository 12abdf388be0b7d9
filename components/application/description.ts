import type { RouteDescription } from "./route-description.ts";
import type { SmokeDescription } from "./smoke-description.ts";

/** The application that is shipped, the same in every environment. What differs between environments stands in the settings. */
export interface ApplicationDescription {
  /** The application's name: a DNS label of 1 to 20 characters. It starts the names of everything that is made. */
  name: string;
  /** The images that services run, by name: built from this repository, or ready-made. */
  images: Record<string, ImageDescription>;
  /** The parts that run, by name: DNS labels of 1 to 20 characters. */
  services: Record<string, ServiceDescription>;
  /**
   * The labels of further host names, for routes to name: `["api"]`. Each is `api.<domain>` in staging and production, unless
   * `towpath:domains` says another, `api-pr-12.<previewDomain>` in a preview, and `api.localhost` in `local`.
   */
  domains?: string[];
  /** The PostgreSQL server. Left out, the application has none, and no service may need one. */
  postgres?: PostgresDescription;
  /** The Redis server. Left out, the application has none, and no service may need one. */
  redis?: RedisDescription;
  /** The buckets of the object storage, by the names that services need them by. */
  buckets?: string[];
  /** The volumes that services share, by name: folders that outlive their copies, kept and protected as a database's data is. */
  volumes?: string[];
  /** The way in which secrets reach the containers. Only to change a default: a name that a service uses needs no entry. */
  secrets?: Record<string, SecretDescription>;
  /** The commands that bring the database's schema up to date before anything new starts. */
  migrations?: MigrationsDescription;
  /** The checks that a release must pass before the route is switched, and after it, in their order; `towpath smoke` asks them at any time. */
  smoke?: SmokeDescription[];
  /** The application's own checks, by name: what `ci` runs. Names are DNS labels of 1 to 20 characters. */
  checks?: Record<string, CheckDescription>;
  /** The commands that run at the times of a schedule or when somebody asks for them, by name: `towpath job run`. Names are DNS labels of 1 to 20 characters. */
  jobs?: Record<string, JobDescription>;
}

/** One image: built from a folder of this repository, or ready-made and pulled as it is. */
export type ImageDescription =
  | {
      /** The folder that the build sees, relative to the project; it may be above it, within the git repository: `../apps/api`. */
      context: string;
      /** The Dockerfile, relative to the context. Left out, `Dockerfile`. */
      dockerfile?: string;
      /** The stage to build; left out, the last one. */
      target?: string;
      /** Build arguments. They stay readable in the image, so never a secret. Towpath sets those named `BUILD_…` and `IMAGE_MIRROR`. */
      args?: Record<string, string>;
      /** The build for development: for `local` with live reload, and for the checks of `ci`. */
      dev?: DevelopmentDescription;
    }
  | {
      /**
       * The reference of a ready-made image, with a tag or a digest: `axllent/mailpit:v1.21`. It stands alone: nothing is built. `ci`
       * publishes it as it is, and what is released is that digest, whatever the tag means then.
       */
      from: string;
    };

/** An image for development: it has the tools, and serves the source as it is at the moment. */
export interface DevelopmentDescription {
  /** The stage of the Dockerfile to build. */
  target: string;
  /**
   * The folders whose changes are served without a build: a folder relative to the project, within the git repository, and
   * the absolute path in the container where it is mounted, read-only. What they hold is left out of the image that `local` builds.
   */
  mounts?: Record<string, string>;
}

/** One part of the application that runs. */
export interface ServiceDescription {
  /** The name of one of the application's images. */
  image: string;
  /** The environments that it runs in: `["local"]` for a mail catcher. Left out, all. */
  only?: ("local" | "preview" | "staging" | "production")[];
  /** The profiles that it belongs to: it runs where `towpath:profiles` names one of them. Left out, everywhere. */
  profiles?: string[];
  /** The command that replaces the image's own, one word an item. */
  command?: string[];
  /** The program that runs in the place of the image's own entrypoint, one word an item; `command` has its arguments. */
  entrypoint?: string[];
  /** The user that it runs as, and perhaps the group: a name of the image's, or a number: `1000:1000`. Left out, the image's. */
  user?: string;
  /** The folder that it runs in, as an absolute path. Left out, the image's. */
  workingDir?: string;
  /** True to run it below a small init process, which takes up processes that it leaves behind. */
  init?: boolean;
  /** The signal that asks it to end, such as `SIGQUIT`. Left out, the image's, or SIGTERM. */
  stopSignal?: string;
  /** Folders that are in memory, as absolute paths: what they hold is lost with the copy, and counts as its memory. */
  tmpfs?: string[];
  /** The size of `/dev/shm`, which programs share memory by, in whole `MiB` or `GiB`: `256MiB`. Left out, 64 MiB. */
  shmSize?: string;
  /** Its ulimits by name, the soft one and the hard one alike: `{ nofile: 65536 }`. */
  ulimits?: Record<string, number>;
  /** Host names that it finds at an address, beside those of its network: `{ "legacy.internal": "10.0.0.7" }`. */
  extraHosts?: Record<string, string>;
  /** The command that replaces `command` where the source is mounted: one that notices changes. */
  devCommand?: string[];
  /** The port that the service listens on inside its container for HTTP, which the gateway passes on. */
  port?: number;
  /**
   * The ports of the host that lead to the service for anything but HTTP, as Compose writes them: `["25:2525", "53:53/udp"]`. They are
   * published in staging and production, at all IPv4 addresses of the host. A service with ports is released `stop-first`.
   */
  ports?: string[];
  /** The check that shows that a new copy is ready; left out, it is ready as soon as it runs. */
  health?: HealthDescription;
  /**
   * The paths that the gateway sends to this service: `/api/*` (all below), `/*` (all), or one exact path. The longest match wins.
   * A path of a further host name is written `{ domain: "api", path: "/*" }`.
   */
  routes?: (string | RouteDescription)[];
  /** The parts that must be there first, and that the service is connected to: `postgres`, `redis`, a bucket, or another service. */
  needs?: string[];
  /** The secrets that the service is given, by name: a file at `/run/secrets/<NAME>` and its path as `<NAME>_FILE`. */
  secrets?: string[];
  /** The volumes that it has, by name, and where: `{ uploads: "/app/uploads" }`. All copies of all services share them, also the old ones of a release. */
  volumes?: Record<string, string>;
  /**
   * How a new copy takes over. `start-first`, which is the default, starts it beside the old one. `stop-first` ends the old copy before
   * the new one starts, for what must never run twice, such as a scheduler: nothing of the service runs meanwhile.
   */
  rollout?: "start-first" | "stop-first";
  /**
   * True to run the service with a read-only root file system in staging and production. It can write to `/tmp` then, which
   * is memory and counts as such, to its `tmpfs` and its volumes, and nowhere else.
   */
  readOnly?: boolean;
  /**
   * The Linux capabilities, of those that Docker gives by default, that the service keeps in staging and production, such
   * as `CHOWN`, `SETGID` and `SETUID` for a program that begins as root and becomes another user. Left out, none.
   */
  capabilities?: string[];
  /**
   * Environment variables, the same in every environment but for what `towpath:variables` says. A value may hold references:
   * `${environment}`, `${namespace}`, `${domain}`, `${url}`, `${version}`; of a further host name `${domain.api}` and `${url.api}`; of what the service needs `${postgres.url}`, or its
   * `host`, `port`, `user`, `password` and `database`, the same of `redis`, and `${bucket.files.name}`, or its `endpoint`,
   * `region`, `accessKey` and `secretKey`; of its secrets `${secret.NAME}`. `$${` stands for the text `${`. Never write a secret here: it
   * can be read in the container's description, and so can what a reference to one makes.
   */
  environment?: Record<string, string>;
}

/** Ready is a path that answers with a 2xx or 3xx status on the service's port, or a command in the container that ends with 0. */
export type HealthDescription =
  | {
      /** The path to ask for, on the service's port. */
      path: string;
    }
  | {
      /** The command that runs in the container, one word an item. */
      command: string[];
    };

/** A PostgreSQL server. */
export interface PostgresDescription {
  /** The major version. It is never changed on data that exists. */
  version: 14 | 15 | 16 | 17 | 18;
  /**
   * The name of its database: `"finance_report"`, or `"finance_report_${environment}"` where it differs, with `${environment}` and
   * `${namespace}`. The application's role is called so with `_app`. It is never changed on data that exists. Databases on servers that
   * several use keep the namespace's name: those of checks, and clones of a template. At most 48 bytes. Left out, the namespace, with `_`
   * for `-`.
   */
  database?: string;
  /**
   * The reference of another image of that version, made from the official one: `pgvector/pgvector:pg16`. The clients that dump and
   * migrate run it, too. Left out, the official image.
   */
  image?: string;
  /**
   * Settings of the server, by their names: `{ max_connections: 200, shared_preload_libraries: "pg_stat_statements" }`. A change starts
   * the server anew; an external database is not given them. Left out, the server's own.
   */
  settings?: Record<string, string | number | boolean>;
  /**
   * Extensions that are created in the application's database, and in those that checks make: `["vector", "pg_trgm"]`. One that is taken
   * out of the list stays where it is. Left out, none.
   */
  extensions?: string[];
}

/** A Redis server. */
export interface RedisDescription {
  /** The major version; Valkey has 7 (7.2) and 8. */
  version: 6 | 7 | 8;
  /** The server, `"valkey"` for Valkey, which was made from Redis 7.2 and speaks as it does. Left out, Redis. */
  server?: "redis" | "valkey";
  /** False for a cache: no volume and no protection, and what is in it is lost with its container. Left out, true. */
  persistent?: boolean;
  /** Settings of the server, by their names: `{ maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" }`. A change starts it anew. Left out, its own. */
  settings?: Record<string, string | number | boolean>;
}

/** The way in which one secret reaches the containers that use it. */
export interface SecretDescription {
  /** `file`: at `/run/secrets/<NAME>`. `variable`: in the environment, where `docker inspect` shows it; only for programs that read no file. */
  delivery?: "file" | "variable";
  /**
   * The path at which a program looks for the file: `/etc/app/license.json`. It is there too, and `<NAME>_FILE` tells this path.
   * Left out, `/run/secrets/<NAME>` alone.
   */
  path?: string;
  /**
   * True when an environment may do without a value: services are then given neither the secret nor variables that refer to it.
   * Its value is given as in staging, also where others are made.
   */
  optional?: boolean;
}

/** The commands of the application's own migration tool, run in a container of one service's image, with its connections. */
export type MigrationsDescription =
  | {
      /** The service whose image, needs and secrets the commands run with. It must need postgres. */
      service: string;
      /** Brings the schema to the newest revision. Required unless `atStart`. */
      up: string[];
      /**
       * Takes the schema back; the revision to go to is added as the last word. Left out, as for a tool without a way back, a
       * rollback leaves the schema as it is, or is refused.
       */
      down?: string[];
      /**
       * Prints the schema's revision: the first word of what it prints, which is nothing where no migration has run. Several heads, a
       * line each, are one revision in all that Towpath does: `1a+2b`, in the order of the alphabet. Required unless `atStart`.
       */
      current: string[];
      /** The revision below the first one, such as `base`: `ci` goes `down` to it and up again. Left out, `ci` only goes up. */
      base?: string;
      /**
       * Prints, without a database, the revisions that `up` would apply to a schema at `{revision}`, one a line, the last one
       * last. Left out, `up` runs for every new image, after a backup in production, although the schema may be current.
       */
      pending?: string[];
      /**
       * Prints, without a database, the SQL that `up` would run on a schema at `{revision}`. Left out, `ci` does not show it,
       * and no plan tells what it destroys.
       */
      sql?: string[];
    }
  | {
      /** The service whose image holds the migrations, and with whose needs and secrets they run. It must need postgres. */
      service: string;
      /**
       * The service migrates by itself whenever it starts. Towpath then runs none and knows no revision: production is dumped before
       * each release with another image of the service, and going back is refused until somebody says that the earlier release gets
       * along with the schema.
       */
      atStart: true;
    };

/** One check of the application: a command in a container of its own, which passes when it ends with 0 and leaves what it has to. */
export interface CheckDescription {
  /** The service whose image, secrets and variables the command runs with; of an image with `dev`, its development target. */
  service: string;
  /** The command that runs, one word an item. */
  command: string[];
  /**
   * The parts that must be there first: backing services and buckets, with which the check is connected, and other checks, which
   * must have passed. Left out, the backing services and buckets of the service; an empty list, nothing.
   *
   * A check that needs postgres is given a database of its own, and may make others beside it, one for each of its
   * workers, such as `<database>_gw0`.
   */
  needs?: string[];
  /** The seconds after which the check is stopped and has failed. */
  timeoutSeconds?: number;
  /** The files and folders that the check leaves, as absolute paths in its container, not below a mounted tmpfs; one that is missing fails it. */
  artifacts?: string[];
  /** The share of the code that the check has to cover. */
  coverage?: CoverageDescription;
}

/** One command that runs in a container of its own, like a copy of a service that runs there. */
export interface JobDescription {
  /** The service whose image, connections, secrets, rights and limits the command runs with. */
  service: string;
  /** The command that runs, one word an item. */
  command: string[];
  /** The seconds after which the command is stopped and has failed. A job with a schedule needs them. */
  timeoutSeconds?: number;
  /** The times at which staging and production run it by themselves, as five cron fields in UTC: `0 3 * * *`. Left out, it runs when somebody asks. */
  schedule?: string;
  /** Once for each release: after its migrations and before anything of it starts, or once users have it. Left out, it runs when somebody asks. Not together with a schedule. */
  runs?: "before-release" | "after-release";
  /** The environments that it is for; left out, all that have its service. */
  only?: ("local" | "preview" | "staging" | "production")[];
}

/** The coverage that a check must reach. */
export interface CoverageDescription {
  /** The check's report in the form of Cobertura, as pytest-cov, vitest and others write it: an absolute path in the container. It is an artifact too. */
  file: string;
  /** The least share of lines, in percent. */
  threshold: number;
}

/** Gives `application.ts` the description's types while it is written; the checks are `parseApplication`'s. */
export function defineApplication(description: ApplicationDescription): ApplicationDescription {
  return description;
}
