import * as pulumi from "@pulumi/pulumi";
import type * as described from "../application/application.ts";
import type { CheckInput } from "../contract/check.ts";
import type { DatabaseServer } from "../data/postgres.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import { defined } from "../input/defined.ts";
import type { ContainerInputs } from "../secrets/service-inputs.ts";

/** Arguments of one check. */
export interface CheckArgs extends ContainerInputs {
  /** The check's name in the application. */
  checkName: string;
  check: described.Check;
  imageId: pulumi.Output<string>;
  /** The database that it is given, when it needs PostgreSQL. */
  database: { server: DatabaseServer; name: string } | undefined;
  /** The folder for the reports of all checks. */
  reports: string;
  /** The checks that must have passed. Not the component's own \`dependsOn\`: with it the engine would skip the component, and refuse its outputs. */
  after: readonly Check[];
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** One of the application's checks, in a container of its own: there when it has passed. */
export class Check extends pulumi.ComponentResource {
  /** Known once it has passed. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: CheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:ci:Check", name, {}, opts);
    const { check, database } = args;
    const run = new Step<CheckInput>(
      `${name}-run`,
      {
        host: args.host,
        program: "check",
        input: {
          name: args.checkName,
          image: args.imageId,
          network: args.host.networkName,
          command: [...check.command],
          environment: { ...args.environment },
          variables: pulumi.all(args.variables),
          files: pulumi.all(args.files),
          labels: args.labels,
          timeoutSeconds: check.timeoutSeconds,
          artifacts: [...check.artifacts],
          reports: args.reports,
          ...defined({ coverage: check.coverage, database: database && databaseInput(database) }),
        },
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.receipt = run.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}

/** A database, as input of the steps that make it. */
export function databaseInput({
  server,
  name,
}: {
  server: DatabaseServer;
  name: string;
}): pulumi.Output<NonNullable<CheckInput["database"]>> {
  const { administrator, owner } = server;
  return server.container.apply((container) => ({ server: { container, administrator }, name, owner }));
}
