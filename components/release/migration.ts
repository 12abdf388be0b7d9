import * as pulumi from "@pulumi/pulumi";
import type { MigrateInput } from "../../steps/migrate.ts";
import { Step } from "../host/step.ts";
import type { DockerHost } from "../host/docker-host.ts";
import { secretFileVariables, type SecretValues } from "../secrets/files.ts";

/** What brings the schema up to date. */
export interface MigrationArgs {
  /** The migrations are part of the image: another image runs them again, and nothing else does. */
  imageId: pulumi.Output<string>;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Secrets that are delivered as variables. */
  variables: SecretValues;
  /** Secrets that are delivered as files. */
  files: SecretValues;
  /** Folders of the project, and where the command sees them. */
  mounts: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  host: DockerHost;
  labels: Readonly<Record<string, string>>;
}

/** Runs the application's migrations in a container of the new image, before anything of the new release starts. */
export class Migration extends pulumi.ComponentResource {
  /** Known once the schema is up to date. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: MigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Migration", name, {}, opts);
    const run = new Step<MigrateInput>(
      `${name}-run`,
      {
        host: args.host,
        program: "migrate",
        input: {
          image: args.imageId,
          network: args.host.networkName,
          command: [...args.command],
          environment: { ...args.environment, ...secretFileVariables(Object.keys(args.files)) },
          variables: pulumi.all(args.variables),
          files: pulumi.all(args.files),
          labels: args.labels,
          ...(Object.keys(args.mounts).length > 0 && { mounts: args.mounts }),
          timeoutSeconds: args.timeoutSeconds,
        },
        triggers: [args.imageId],
      },
      { parent: this },
    );
    this.receipt = run.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}
