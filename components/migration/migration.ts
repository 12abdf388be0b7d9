import * as pulumi from "@pulumi/pulumi";
import type { Migrations, MigrationsAtStart } from "../application/application.ts";
import { byCommands } from "../application/migrations.ts";
import type { MigrateCare, MigrateInput, MigrateReceipt } from "../contract/migrate.ts";
import type { ReachedServer } from "../data/postgres.ts";
import type { Host } from "../host/host.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { Step } from "../host/step.ts";
import { defined } from "../input/defined.ts";
import type { SchemaChange } from "../plan/release-record.ts";
import type { GoneBackFrom, WithWayDown } from "../plan/rollback-schema.ts";
import type { SecretValues } from "../secrets/files.ts";
import type { Limits } from "../settings/limits.ts";

/** Arguments of a migration. */
export interface MigrationArgs extends RunArgs {
  /** The migrations are part of the image: another image runs them again, and nothing else does. */
  imageId: pulumi.Output<string>;
  /** None where a service migrates by itself at its start. */
  command: readonly string[];
  /** The care taken of users' data: where there is none, the command runs and nothing else. */
  care: { readonly careful: false } | ({ readonly careful: true } & MigrationCare);
}

/** Arguments of one run of a command of a service, with the service's own connections. */
export interface RunArgs {
  environment: Readonly<Record<string, string>>;
  /** Secrets that are delivered as variables. */
  variables: SecretValues;
  /** Secrets that are delivered as files. */
  files: SecretValues;
  /** Folders of the project, and where the command sees them. */
  mounts: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  host: Host;
  labels: Readonly<Record<string, string>>;
  /** The resources that each copy of a service may use; left out, the command may use half of the machine's memory. */
  limits?: Limits;
}

/** Arguments of a careful migration, where users' data is. */
export interface MigrationCare {
  migrations: Migrations | MigrationsAtStart;
  /** Those of Linux' capabilities that the service keeps: the commands get no others. */
  capabilities: readonly string[];
  /** The server that holds the lock and is dumped. */
  server: ReachedServer;
  database: string;
  /** The time to wait for another migration to end, in seconds. */
  lockWaitSeconds: number;
  /** The dump that is taken before a migration that would run, and with `always` also where none would; left out, none is. */
  backup?: { volume: pulumi.Input<string>; release: string; always?: true };
  /** The images are those of an earlier release, whose own commands may not know the schema. */
  rollback?: SchemaRollback;
}

/** The handling of the schema when an earlier release comes back. */
export interface SchemaRollback {
  /** The revision that the schema is at, as the last record says. */
  at?: string;
  /** The revision to take it back to, and the image that knows how; left out, it stays. */
  downgrade?: { to: string; image: string; migrations: WithWayDown };
  /** The release that tells whether a schema that stays is where the last record says; left out, none is asked. */
  from?: GoneBackFrom;
}

/**
 * Runs the application's migrations in a container of the new image, before anything of the new release starts.
 *
 * With care: under a lock in the database, after a dump where one is wanted, and nothing when the schema is current.
 */
export class Migration extends pulumi.ComponentResource {
  /** Known once the schema is up to date. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;
  /** The change of the schema; undefined without care. */
  readonly schema: pulumi.Output<SchemaChange | undefined>;
  /** The dump that was taken before; undefined where none was. */
  readonly backup: pulumi.Output<Record<string, unknown> | undefined>;

  constructor(name: string, args: MigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Migration", name, {}, opts);
    const rollback = rollbackOf(args);
    const receipt: pulumi.Output<Record<string, unknown> & Partial<MigrateReceipt>> =
      rollback !== undefined && rollback.downgrade === undefined && rollback.from === undefined
        ? pulumi.output(rollback.at).apply(unchanged)
        : this.run(name, args).receipt;
    this.receipt = receipt;
    this.schema = receipt.apply(({ before, after, applied }) =>
      applied === undefined ? undefined : { ...defined({ before, after }), applied },
    );
    this.backup = receipt.apply(({ backup }) => backup && { ...backup });
    this.registerOutputs({ receipt: this.receipt });
  }

  private run(name: string, args: MigrationArgs): Step<MigrateInput> {
    const { care } = args;
    const { downgrade, from } = rollbackOf(args) ?? {};
    const other = downgrade ?? from;
    const image = other === undefined ? args.imageId : pulumi.output(other.image);
    const command =
      downgrade === undefined ? [...args.command] : [...downgrade.migrations.down, downgrade.to];
    return new Step<MigrateInput>(
      `${name}-run`,
      {
        host: args.host,
        program: "migrate",
        input: {
          image,
          command,
          ...runInput(args),
          ...(care.careful && { capabilities: [...care.capabilities], care: careInput(care) }),
        },
        triggers: [args.imageId, ...(downgrade === undefined ? [] : [`down to ${downgrade.to}`])],
      },
      // A schema that was asked for stays as the run that went back left it.
      { parent: this, ...(from?.whether === "settled" && { ignoreChanges: ["stdin"] }) },
    );
  }
}

/** The input of a run that does not depend on what is run. */
export function runInput(args: RunArgs) {
  return {
    network: args.host.networkName,
    environment: { ...args.environment },
    variables: pulumi.all(args.variables),
    files: pulumi.all(args.files),
    labels: args.labels,
    ...(Object.keys(args.mounts).length > 0 && { mounts: args.mounts }),
    timeoutSeconds: args.timeoutSeconds,
    ...defined({ limits: args.limits && limitsFromSettings(args.limits) }),
  };
}

function rollbackOf({ care }: MigrationArgs): SchemaRollback | undefined {
  return care.careful ? care.rollback : undefined;
}

function careInput(care: MigrationCare): pulumi.Output<MigrateCare> {
  const { server, database, lockWaitSeconds: waitSeconds, backup, rollback } = care;
  const { at, downgrade, from } = rollback ?? {};
  const { current, pending, base } = byCommands((downgrade ?? from)?.migrations ?? care.migrations) ?? {};
  const target = downgrade?.to;
  return pulumi.all([server.container, pulumi.output(backup)]).apply(([container, dump]) => ({
    lock: {
      ...{ container, administrator: server.administrator, database, waitSeconds },
      ...defined({ external: server.external }),
    },
    ...defined({ current }),
    ...(target === undefined ? forward(pending) : { target }),
    ...defined({ base }),
    ...(downgrade === undefined &&
      from !== undefined && {
        stays: { ...defined({ at }), record: from.record, accepted: from.whether !== "asked" },
      }),
    ...defined({ backup: dump }),
  }));
}

function forward(pending: Migrations["pending"]): Pick<MigrateCare, "pending"> {
  return pending === undefined ? {} : { pending };
}

function unchanged(at: string | undefined): SchemaChange & Record<string, unknown> {
  return { ...defined({ before: at, after: at }), applied: [] };
}
