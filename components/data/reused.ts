import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { secretFile } from "../application/connections.ts";
import type { CreateRoleInput } from "../contract/create-role.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { Names } from "../naming/names.ts";
import { createBuckets } from "./object-storage.ts";
import type { PostgresServer } from "../application/application.ts";
import { databaseServer, type DatabaseServer } from "./postgres.ts";
import { preparedPostgres } from "./prepared-postgres.ts";

/** A database of one's own on another namespace's server. */
export interface ReusedPostgresArgs {
  /** The database's name, and its owner's. */
  database: string;
  password: pulumi.Output<string>;
  /** The server as the application describes it. */
  described: PostgresServer;
  /** The names of the namespace whose server it is. */
  reused: Names;
  host: Host;
}

/**
 * A role and its database on the PostgreSQL server of another namespace.
 *
 * Nothing is removed with the resource: what the role owns is removed by its name when the run ends, also a killed one's.
 */
export class ReusedPostgres extends pulumi.ComponentResource {
  /** `postgresql://…` with the password, known once the database is there. */
  readonly url: pulumi.Output<string>;
  readonly server: DatabaseServer;

  constructor(name: string, args: ReusedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ReusedPostgres", name, {}, opts);
    const { database, password, reused } = args;
    const role = new Step<CreateRoleInput>(
      `${name}-role`,
      {
        host: args.host,
        program: "create-role",
        input: { container: reused.postgres, administrator: reused.database, role: database, password },
      },
      { parent: this },
    );
    const container = preparedPostgres(
      name,
      {
        ...{ host: args.host, container: role.id.apply(() => reused.postgres) },
        ...{ administrator: reused.database, described: args.described, databases: [database] },
      },
      { parent: this },
    );
    this.server = databaseServer(container, password, { administrator: reused.database, owner: database });
    this.url = this.server.urlOf(database);
    this.registerOutputs({ url: this.url });
  }
}

/** Buckets of one's own on another namespace's server. */
export interface ReusedObjectStorageArgs {
  /** The buckets' real names. */
  buckets: readonly string[];
  /** The names of the namespace whose server it is. */
  reused: Names;
  host: Host;
}

/** Buckets on the object storage of another namespace, with that server's own keys. */
export class ReusedObjectStorage extends pulumi.ComponentResource {
  /** `http://…`, known once the buckets are there. */
  readonly endpoint: pulumi.Output<string>;
  readonly accessKeyId: pulumi.Output<string>;
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: ReusedObjectStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ReusedObjectStorage", name, {}, opts);
    const { objectStorage } = args.reused;
    this.accessKeyId = secretOf(objectStorage, "ACCESS_KEY_ID");
    this.secretAccessKey = secretOf(objectStorage, "SECRET_ACCESS_KEY");
    this.endpoint = createBuckets(
      name,
      {
        host: args.host,
        buckets: args.buckets,
        accessKeyId: this.accessKeyId,
        secretAccessKey: this.secretAccessKey,
        address: pulumi.output(objectStorage),
      },
      { parent: this },
    );
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

/** A secret of a running container, read from its file there: the other namespace's state stays closed. */
function secretOf(container: string, name: string): pulumi.Output<string> {
  const { stdout } = command.local.runOutput({
    command: `docker exec ${container} cat ${secretFile(name).path}`,
    logging: command.local.Logging.None,
  });
  return pulumi.secret(stdout);
}
