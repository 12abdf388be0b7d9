import * as pulumi from "@pulumi/pulumi";
import type { Application, PostgresServer } from "../application/application.ts";
import type { Host } from "../host/host.ts";
import type { ServerName } from "../application/needs.ts";
import { defined } from "../input/defined.ts";
import type { Names } from "../naming/names.ts";
import type { SecretValues } from "../secrets/files.ts";
import { Secret } from "../secrets/secret.ts";
import type { Kind } from "../settings/kinds.ts";
import type { Limits } from "../settings/limits.ts";
import type { Ports } from "../settings/ports.ts";
import { ExternalPostgres } from "./external-postgres.ts";
import type { ExternalServers } from "./external-servers.ts";
import { ObjectStorage } from "./object-storage.ts";
import { protectionOf } from "./protection.ts";
import { Postgres, type DatabaseServer, type MigratedDatabase } from "./postgres.ts";
import { Redis } from "./redis.ts";
import { ClonedPostgres } from "./cloned.ts";
import { ReusedObjectStorage, ReusedPostgres } from "./reused.ts";
import type { TemplateServer } from "./template-server.ts";

/** Arguments of an application's backing services. */
export interface BackingServicesArgs extends ExternalServers {
  application: Application;
  names: Names;
  imageMirror: string;
  gateTimeoutSeconds: number;
  /** The storage of their data, and their rights. */
  kind: Pick<Kind, "data" | "rights">;
  /** The namespace whose database server and object storage are used, with databases and buckets of this one's own. */
  reused?: Names;
  /** The resources that each of them may use, by its name; left out, all. */
  limits?: (server: ServerName) => Limits | undefined;
  /** The ports of this machine that lead to them, by their names; left out, none does. */
  ports?: Ports;
  /** The template that the database is a clone of; left out, it is on a server of its own. */
  template?: TemplateServer;
  host: Host;
  /** The labels of one part. */
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** The servers and volumes that hold the application's data; those that it does not declare are not there. */
export class BackingServices extends pulumi.ComponentResource {
  /** The values that connect a service to them, by the secrets' names. Known once they are healthy. */
  readonly secretValues: SecretValues;
  /** The server on which databases can be made, when the application has PostgreSQL of Towpath's own. */
  readonly databases: DatabaseServer | undefined;
  /** The names of the volumes that services share, by their names in the application; none where all data is in memory. */
  readonly volumes: Readonly<Record<string, pulumi.Output<string>>>;
  /** The application's own database, when it has PostgreSQL. */
  readonly database: MigratedDatabase | undefined;

  constructor(name: string, args: BackingServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:BackingServices", name, {}, opts);
    const { application, names, labels, reused, ports = {}, limits, ...shared } = args;
    const secretValues: Record<string, pulumi.Output<string>> = {};

    const { externalPostgres } = args;
    if (application.postgres !== undefined && externalPostgres !== undefined) {
      const { imageMirror, gateTimeoutSeconds, host } = args;
      const external = new ExternalPostgres(
        `${name}-postgres`,
        {
          ...{ host, imageMirror, gateTimeoutSeconds, database: externalPostgres },
          described: application.postgres,
          containerName: names.postgresClient,
          labels: labels("postgres"),
        },
        { parent: this },
      );
      this.database = external.database;
      secretValues.DATABASE_URL = external.url;
    } else if (application.postgres !== undefined) {
      const password = this.generated(`${name}-postgres-password`);
      const postgres = this.postgres(name, args, application.postgres, password);
      this.databases = postgres.server;
      this.database = { server: postgres.server, name: names.database };
      secretValues.DATABASE_URL = postgres.url;
    }
    const { externalRedis } = args;
    if (application.redis !== undefined && externalRedis !== undefined) {
      secretValues.REDIS_URL = externalRedis.url;
    } else if (application.redis !== undefined) {
      const redis = new Redis(
        `${name}-redis`,
        {
          ...shared,
          ...application.redis,
          containerName: names.redis,
          password: this.generated(`${name}-redis-password`),
          ...defined({ publishedPort: ports.redis, limits: limits?.("redis") }),
          labels: labels("redis"),
        },
        { parent: this },
      );
      secretValues.REDIS_URL = redis.url;
    }
    const { externalStorage } = args;
    if (application.buckets.length > 0 && externalStorage !== undefined) {
      const { accessKeyId, secretAccessKey } = externalStorage.address;
      secretValues.S3_ACCESS_KEY_ID = pulumi.secret(accessKeyId);
      secretValues.S3_SECRET_ACCESS_KEY = pulumi.secret(secretAccessKey);
    } else if (application.buckets.length > 0) {
      const buckets = application.buckets.map((bucket) => names.bucket(bucket));
      const storage =
        reused === undefined
          ? new ObjectStorage(
              `${name}-object-storage`,
              {
                ...shared,
                accessKeyId: this.generated(`${name}-access-key-id`, 20),
                secretAccessKey: this.generated(`${name}-secret-access-key`),
                containerName: names.objectStorage,
                ...defined({ publishedPort: ports["object-storage"], limits: limits?.("object-storage") }),
                buckets,
                labels: labels("object-storage"),
              },
              { parent: this },
            )
          : new ReusedObjectStorage(
              `${name}-object-storage`,
              { host: shared.host, buckets, reused },
              { parent: this },
            );
      // Through the endpoint, so that whoever uses the keys waits for the buckets.
      secretValues.S3_ACCESS_KEY_ID = after(storage.endpoint, storage.accessKeyId);
      secretValues.S3_SECRET_ACCESS_KEY = after(storage.endpoint, storage.secretAccessKey);
    }
    this.secretValues = secretValues;
    this.volumes = args.kind.data === "memory" ? {} : this.sharedVolumes(name, args);
    this.registerOutputs({});
  }

  private postgres(
    name: string,
    args: BackingServicesArgs,
    described: PostgresServer,
    password: pulumi.Output<string>,
  ): Postgres | ReusedPostgres | ClonedPostgres {
    const { names, host, reused, template, labels } = args;
    const { database } = names;
    const own = `${name}-postgres`;
    const child = { parent: this };
    if (reused !== undefined)
      return new ReusedPostgres(own, { host, described, database, password, reused }, child);
    if (template !== undefined) {
      const clone = { host, described, template, names, password, labels: labels("postgres") };
      return new ClonedPostgres(own, clone, child);
    }
    const { imageMirror, gateTimeoutSeconds, kind } = args;
    return new Postgres(
      own,
      {
        ...described,
        ...{ host, imageMirror, gateTimeoutSeconds, kind, database, password },
        owner: {
          name: names.databaseOwner,
          password: this.generated(`${own}-owner-password`),
          // The workers of checks do, and what a person tries.
          createsDatabases: kind.rights === "all",
        },
        ...defined({ limits: args.limits?.("postgres"), publishedPort: args.ports?.postgres }),
        containerName: names.postgres,
        labels: labels("postgres"),
      },
      child,
    );
  }

  private sharedVolumes(
    name: string,
    { application, names, host, kind, labels }: BackingServicesArgs,
  ): Record<string, pulumi.Output<string>> {
    const made = (volume: string): pulumi.Output<string> =>
      host.volume(
        `${name}-${volume}-volume`,
        { name: names.sharedVolume(volume), labels: labels(volume) },
        { parent: this, ...protectionOf(kind.data) },
      ).name;
    return Object.fromEntries(application.volumes.map((volume) => [volume, made(volume)]));
  }

  private generated(name: string, length = 32): pulumi.Output<string> {
    return new Secret(name, { source: { source: "generated", length } }, { parent: this }).value;
  }
}

/** The value, known only when something else is. */
function after(earlier: pulumi.Output<unknown>, value: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.all([value, earlier]).apply(([found]) => found);
}
