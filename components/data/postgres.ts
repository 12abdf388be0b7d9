import * as pulumi from "@pulumi/pulumi";
import { secretFile } from "../application/connections.ts";
import { imageReference } from "../application/images.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";

/** A PostgreSQL server with one database. */
export interface PostgresArgs extends BackingServiceArgs {
  version: number;
  /** The database's name, and its owner's. */
  database: string;
  password: pulumi.Output<string>;
}

/** PostgreSQL. A release never replaces it. */
export class Postgres extends pulumi.ComponentResource {
  /** `postgresql://…` with the password, known once the server accepts connections. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Postgres", name, {}, opts);
    const { database, password } = args;
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "postgres",
        image: imageReference(`postgres:${args.version}`, args.imageMirror),
        environment: {
          POSTGRES_USER: database,
          POSTGRES_DB: database,
          POSTGRES_PASSWORD_FILE: secretFile("POSTGRES_PASSWORD").path,
        },
        secrets: { POSTGRES_PASSWORD: password },
        dataPath: "/var/lib/postgresql/data",
        // Over TCP: while the image sets the data up, its server listens on the socket only.
        probe: {
          command: ["pg_isready", "--host", "127.0.0.1", "--username", database, "--dbname", database],
        },
      },
      { parent: this },
    );
    this.url = pulumi.secret(
      pulumi.interpolate`postgresql://${database}:${password}@${server.address}:5432/${database}`,
    );
    this.registerOutputs({ url: this.url });
  }
}
