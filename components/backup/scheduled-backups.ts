import * as pulumi from "@pulumi/pulumi";
import type { DatabaseServer } from "../data/postgres.ts";
import type { Host } from "../host/host.ts";
import { startHostProgram } from "../host/host-program.ts";
import type { Names } from "../naming/names.ts";
import type { BackupSettings } from "../settings/backup.ts";
import type { Task } from "./program/main.mjs";
import type { BackupStorage } from "./storage.ts";
import { storageTask } from "./storage-task.ts";

/** Arguments of the backups that are taken at the times of a schedule. */
export interface ScheduledBackupsArgs {
  names: Names;
  /** The prefix that stands for docker.io in image names. */
  imageMirror: string;
  settings: BackupSettings;
  /** The server of the database. */
  server: Pick<DatabaseServer, "container" | "administrator">;
  /** The volume that the dumps of migrations are in, too. */
  volume: pulumi.Input<string>;
  /** The volumes that services share, by their names in the application. */
  volumes: Readonly<Record<string, pulumi.Output<string>>>;
  /** The storage elsewhere that dumps and volumes are copied to; left out, they are not. */
  storage?: BackupStorage;
  gateTimeoutSeconds: number;
  host: Host;
  /** The labels of one part. */
  labels: (part: string) => Record<string, string>;
}

/** Where it sees the volume. */
const folder = "/backups";

/** The time that one waits for a migration or another dump, in seconds; it is tried again later. */
const waitSeconds = 900;

/**
 * The program on a host that dumps the database at the times of a schedule, restores a dump a day to prove it, and removes dumps
 * whose time is over.
 *
 * It starts a container for each dump and each restore, so it has the engine's socket, which is as much as root on the host;
 * it publishes no port, and has no other rights. Its container is started again by the engine, also after a reboot.
 */
export class ScheduledBackups extends pulumi.ComponentResource {
  /** The container's name, known once it answers. */
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: ScheduledBackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:backup:ScheduledBackups", name, {}, opts);
    const { host, names, labels } = args;
    this.containerName = startHostProgram(
      name,
      {
        host,
        subject: "backups",
        main: "backup/program/main.mjs",
        containerName: names.backups,
        imageMirror: args.imageMirror,
        variables: { TOWPATH_BACKUP: taskOf(args, storageTask(`${name}-storage`, args, { parent: this })) },
        volumes: [{ name: args.volume, path: folder }],
        graceSeconds: 10,
        gateTimeoutSeconds: args.gateTimeoutSeconds,
        labels: labels("backups"),
      },
      { parent: this },
    );
    this.registerOutputs({ containerName: this.containerName });
  }
}

/** What the program is given to do. */
function taskOf(
  { names, settings, server, volume, labels }: ScheduledBackupsArgs,
  copies: pulumi.Output<Pick<Task, "storage">>,
): pulumi.Output<string> {
  return pulumi.all([server.container, volume, copies]).apply(([container, volumeName, storage]) => {
    const task: Task = {
      schedule: settings.schedule,
      retentionDays: settings.retention,
      folder,
      ...{ server: container, administrator: server.administrator, database: names.database },
      volume: volumeName,
      container: names.dump,
      drillContainer: names.drill,
      labels: labels("backups"),
      // Those of migrations, and of the dumps that others take.
      runLabels: labels("migration"),
      waitSeconds,
      ...storage,
    };
    return JSON.stringify(task);
  });
}
