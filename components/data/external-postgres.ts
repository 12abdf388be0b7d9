import * as pulumi from "@pulumi/pulumi";
import { secretFile } from "../application/connections.ts";
import type { PostgresServer } from "../application/application.ts";
import { postgresService, serviceFile, type PostgresAddress } from "../application/postgres-url.ts";
import { postgresImage } from "../application/servers.ts";
import { postgresServiceSecret } from "../contract/database.ts";
import { HealthGate } from "../host/health-gate.ts";
import type { Host } from "../host/host.ts";
import { secretFiles } from "../secrets/files.ts";
import { dataPathOf, type MigratedDatabase } from "./postgres.ts";
import { preparedPostgres } from "./prepared-postgres.ts";

/** A database on a server that is not Towpath's. */
export interface ExternalDatabase {
  /** The secret that holds its URL. */
  readonly secret: string;
  /** The URL as it is given, with all its options. */
  readonly url: pulumi.Output<string>;
  readonly address: PostgresAddress;
}

/** Arguments of an external database. */
export interface ExternalPostgresArgs {
  database: ExternalDatabase;
  /** The server as the application describes it, whose image has its clients. */
  described: PostgresServer;
  /** The fixed name of the container that reaches it. */
  containerName: string;
  imageMirror: string;
  gateTimeoutSeconds: number;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/**
 * PostgreSQL elsewhere, and a container with its clients in the place of a server: what migrates, dumps or asks runs psql and
 * pg_dump there, with the version of the server, and finds the way and the password in a file.
 */
export class ExternalPostgres extends pulumi.ComponentResource {
  /** The URL as it was given, known once the server has answered. */
  readonly url: pulumi.Output<string>;
  readonly database: MigratedDatabase;

  constructor(name: string, args: ExternalPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ExternalPostgres", name, {}, opts);
    const { host, described, imageMirror, labels } = args;
    const { url, address } = args.database;
    const client = host.copy(
      `${name}-client`,
      {
        onlyName: args.containerName,
        image: postgresImage(described, imageMirror),
        entrypoint: ["sleep"],
        command: ["infinity"],
        variables: {
          PGSERVICE: postgresService,
          PGSERVICEFILE: secretFile(postgresServiceSecret).path,
        },
        files: secretFiles({ [postgresServiceSecret]: pulumi.secret(serviceFile(address)) }),
        networks: [host.networkName],
        // The image declares a volume there, which nothing would ever write to.
        memoryFolders: [dataPathOf(described.version)],
        capabilities: [],
        user: "postgres",
        init: true,
        graceSeconds: 1,
        labels,
      },
      { parent: this },
    );
    const gate = new HealthGate(
      `${name}-gate`,
      {
        host,
        subject: "postgres",
        containerName: args.containerName,
        containerId: client.id,
        inPlace: true,
        probe: { command: ["psql", "--no-psqlrc", "--quiet", "--no-password", "--command", "SELECT 1"] },
        timeoutSeconds: args.gateTimeoutSeconds,
      },
      { parent: this },
    );
    const { user: administrator, database } = address;
    const container = preparedPostgres(
      name,
      {
        ...{ host, described, administrator, external: true as const, databases: [database] },
        ...{ container: gate.containerName, containerId: client.id },
      },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.all([url, container]).apply(([known]) => known));
    this.database = {
      server: { container, administrator, external: true },
      name: database,
    };
    this.registerOutputs({ url: this.url });
  }
}
