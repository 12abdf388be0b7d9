import * as pulumi from "@pulumi/pulumi";
import type { Migrations } from "../application/application.ts";
import { databaseInput } from "../ci/check.ts";
import type { RehearseMigrationsInput } from "../contract/rehearse-migrations.ts";
import type { DatabaseServer } from "../data/postgres.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { ContainerInputs } from "../secrets/service-inputs.ts";

/** Arguments of a rehearsal of migrations. */
export interface MigrationRehearsalArgs extends ContainerInputs {
  migrations: Migrations;
  /** The service's variables that hold no secret, as a plan of a release knows them. */
  bareEnvironment: Readonly<Record<string, string>>;
  imageId: pulumi.Output<string>;
  /** A database for nothing else. */
  database: { server: DatabaseServer; name: string };
  /** The time that each of the commands may take, in seconds. */
  timeoutSeconds: number;
  /** The folder for the reports of all checks. */
  reports: string;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** The migrations up, down and up again on a scratch database, and what a plan of a release asks of them. */
export class MigrationRehearsal extends pulumi.ComponentResource {
  /** Known once it has gone well. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: MigrationRehearsalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:ci:MigrationRehearsal", name, {}, opts);
    const { up, down, current, base, pending, sql } = args.migrations;
    const run = new Step<RehearseMigrationsInput>(
      `${name}-run`,
      {
        host: args.host,
        program: "rehearse-migrations",
        input: {
          image: args.imageId,
          network: args.host.networkName,
          commands: {
            up: [...up],
            ...(base !== undefined && down !== undefined && { down: [...down, base] }),
            current: [...current],
            ...(base !== undefined &&
              pending !== undefined && { plan: { base, pending, ...(sql && { sql }) } }),
          },
          bareEnvironment: { ...args.bareEnvironment },
          environment: { ...args.environment },
          variables: pulumi.all(args.variables),
          files: pulumi.all(args.files),
          labels: args.labels,
          timeoutSeconds: args.timeoutSeconds,
          reports: args.reports,
          database: databaseInput(args.database),
        },
      },
      { parent: this },
    );
    this.receipt = run.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}
