import * as pulumi from "@pulumi/pulumi";
import { postgresPort, secretFile } from "../application/connections.ts";
import type { PostgresServer } from "../application/application.ts";
import { postgresImage } from "../application/servers.ts";
import { ownerPassword, type CreateOwnerInput } from "../contract/create-owner.ts";
import type { SecretValues } from "../secrets/files.ts";
import { Step } from "../host/step.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";
import { preparedPostgres } from "./prepared-postgres.ts";

/** A PostgreSQL server with one database. */
export interface PostgresArgs extends BackingServiceArgs, Omit<PostgresServer, "settings"> {
  /** The database's name, and that of the role that may do everything. */
  database: string;
  /** That role's password, which nobody needs who is in the container. */
  password: pulumi.Output<string>;
  /** The role that the database belongs to; left out, the one that may do everything. */
  owner?: DatabaseOwner;
  /** Settings of the server, by their names; left out, its own. */
  settings?: Readonly<Record<string, string>>;
}

/** The role by which an application reaches its database. */
export interface DatabaseOwner {
  readonly name: string;
  readonly password: pulumi.Output<string>;
  /** True where it may make databases beside it. */
  readonly createsDatabases: boolean;
}

/** Nothing has to survive a crash where nothing survives the container. */
const carelessly = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/**
 * Ready is a server that has answered a query as the application asks it: over the network, with the password. While the
 * image sets the data up, the server listens on its socket only; a volume from before may know another password.
 */
const asksAsApplication = [
  `PGPASSWORD="$(cat ${secretFile("POSTGRES_PASSWORD").path})" psql --no-psqlrc --quiet --no-password`,
  `--host "$(cat /etc/hostname)" --username "$0" --dbname "$0" --command 'SELECT 1' >/dev/null`,
].join(" ");

/** A server, as those reach it who migrate and dump. */
export interface ReachedServer {
  /** The server's container, or that of its clients, known once the server accepts connections. */
  readonly container: pulumi.Output<string>;
  /** The role that may do everything, and needs no password inside the container. */
  readonly administrator: string;
  /** True where the container has only clients of a server elsewhere. */
  readonly external?: true;
}

/** The application's own database. */
export interface MigratedDatabase {
  readonly server: ReachedServer;
  readonly name: string;
}

/** A server on which databases can be made, and who may connect to them. */
export interface DatabaseServer extends ReachedServer {
  /** The role that the environment's databases belong to. */
  readonly owner: string;
  /** `postgresql://…` of one of its databases, with the password. */
  urlOf(database: string): pulumi.Output<string>;
}

/** PostgreSQL. A release never replaces it. */
export class Postgres extends pulumi.ComponentResource {
  /** `postgresql://…` with the password, known once the server accepts connections. */
  readonly url: pulumi.Output<string>;
  readonly server: DatabaseServer;
  /** The container's id: another one when it was made again. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Postgres", name, {}, opts);
    const { database, password } = args;
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "postgres",
        image: postgresImage(args, args.imageMirror),
        environment: {
          POSTGRES_USER: database,
          POSTGRES_DB: database,
          POSTGRES_PASSWORD_FILE: secretFile("POSTGRES_PASSWORD").path,
        },
        secrets: { POSTGRES_PASSWORD: password, ...ownersPassword(args) },
        ...commandOf(args),
        port: postgresPort,
        dataPath: dataPathOf(args.version),
        probe: { command: ["sh", "-c", asksAsApplication, database] },
      },
      { parent: this },
    );
    this.containerId = server.containerId;
    const container = preparedPostgres(
      name,
      {
        ...{ host: args.host, container: server.address, containerId: server.containerId },
        ...{ administrator: database, described: args, dataPath: dataPathOf(args.version) },
        // Whatever makes databases here makes them with the extensions.
        databases: ["template1", database],
      },
      { parent: this },
    );
    this.server = ownedServer(name, { container, containerId: server.containerId }, args, { parent: this });
    this.url = this.server.urlOf(database);
    this.registerOutputs({ url: this.url });
  }
}

/** Who comes by a port of this machine finds the password in the container. */
function ownersPassword({ owner, publishedPort }: PostgresArgs): SecretValues {
  return owner === undefined || publishedPort === undefined ? {} : { [ownerPassword]: owner.password };
}

/** The server as those reach it who use its database: once that is its owner's, where it has one. */
function ownedServer(
  name: string,
  { container, containerId }: { container: pulumi.Output<string>; containerId: pulumi.Output<string> },
  { database, password, owner, host }: PostgresArgs,
  opts: pulumi.CustomResourceOptions,
): DatabaseServer {
  const administrator = database;
  if (owner === undefined) return databaseServer(container, password, { administrator, owner: database });
  const step = new Step<CreateOwnerInput & { containerId: string }>(
    `${name}-owner`,
    {
      host,
      program: "create-owner",
      input: {
        ...{ container, administrator, database },
        ...{ role: owner.name, password: owner.password, createsDatabases: owner.createsDatabases },
        // A server that was made again may be an empty one.
        containerId,
      },
    },
    opts,
  );
  // By its id, which a plan knows also where the step is done again: who uses the server stays.
  const known = pulumi.all([container, step.id]).apply(([address]) => address);
  return databaseServer(known, owner.password, { administrator, owner: owner.name });
}

/** The folder of the image's volume: from 18 on it has a folder for each version. */
export function dataPathOf(version: number): string {
  return version >= 18 ? "/var/lib/postgresql" : "/var/lib/postgresql/data";
}

/** The command of a server with settings; the image's own where it has none. */
function commandOf({ kind, settings }: PostgresArgs): { command?: string[] } {
  const all = Object.entries({ ...(kind.data === "memory" && carelessly), ...settings });
  if (all.length === 0) return {};
  return { command: ["postgres", ...all.flatMap(([name, value]) => ["-c", `${name}=${value}`])] };
}

/**
 * A server as those see it who make databases on it.
 *
 * @param address its host name for the services; the container's own when it is left out
 */
export function databaseServer(
  container: pulumi.Output<string>,
  password: pulumi.Output<string>,
  roles: Pick<DatabaseServer, "administrator" | "owner">,
  address: pulumi.Input<string> = container,
): DatabaseServer {
  return {
    container,
    ...roles,
    urlOf: (database) =>
      pulumi.secret(
        pulumi.interpolate`postgresql://${roles.owner}:${password}@${address}:${postgresPort}/${database}`,
      ),
  };
}
