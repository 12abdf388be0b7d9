import * as pulumi from "@pulumi/pulumi";
import type { CloneDatabaseInput, CloneReceipt, DropCloneInput } from "../contract/template.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { Names } from "../naming/names.ts";
import type { PostgresServer } from "../application/application.ts";
import { databaseServer, type DatabaseServer } from "./postgres.ts";
import { preparedPostgres } from "./prepared-postgres.ts";
import type { TemplateServer } from "./template-server.ts";

/** A clone of a host's template. */
export interface ClonedPostgresArgs {
  template: TemplateServer;
  /** The server as the application describes it. */
  described: PostgresServer;
  /** The names of the environment: its database is called as its own would be. */
  names: Names;
  password: pulumi.Output<string>;
  host: Pick<Host, "connection" | "networkName">;
  labels: Readonly<Record<string, string>>;
}

/**
 * A database that begins as the template of its host is, on the template's server, for a role that can connect to nothing
 * else there. The server comes into the environment's network: in one that all shared, each would reach the others.
 */
export class ClonedPostgres extends pulumi.ComponentResource {
  /** `postgresql://…` with the password, known once the database is there. */
  readonly url: pulumi.Output<string>;
  readonly server: DatabaseServer;
  /** The way in which it was made, and its size then. */
  readonly receipt: pulumi.Output<CloneReceipt>;

  constructor(name: string, args: ClonedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ClonedPostgres", name, {}, opts);
    const { template, names, password, host, labels } = args;
    const { containerName: container, containerId, administrator } = template;
    const clone = { server: { container, administrator }, clone: names.database, network: host.networkName };
    // In the state before the database is made: what a killed run leaves is dropped, too, and nothing holds the network.
    const dropped = new Step<DropCloneInput>(
      `${name}-drop`,
      { host, input: clone, deleteProgram: "drop-clone" },
      { parent: this },
    );
    const made = new Step<CloneDatabaseInput & { containerId: string }>(
      `${name}-clone`,
      {
        host,
        program: "clone-database",
        // A server that was made again joins again; the database stays. It is not called as the environment's own server,
        // which may be there until the release is done.
        input: { ...clone, password, labels, alias: names.clone, containerId },
      },
      { parent: this, dependsOn: [dropped] },
    );
    const known = preparedPostgres(
      name,
      {
        ...{ host, container: made.receipt.apply(() => container), administrator },
        ...{ described: args.described, databases: [names.database] },
      },
      { parent: this },
    );
    const roles = { administrator, owner: names.database };
    this.server = databaseServer(
      known,
      password,
      roles,
      known.apply(() => names.clone),
    );
    this.url = this.server.urlOf(names.database);
    this.receipt = made.receipt as unknown as pulumi.Output<CloneReceipt>;
    this.registerOutputs({ url: this.url });
  }
}
