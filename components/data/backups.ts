import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import type { Names } from "../naming/names.ts";
import { protectedData } from "./protection.ts";

/** Arguments of the volume for dumps. */
export interface BackupsArgs {
  names: Names;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** The volume `<namespace>-backups`, which holds the dumps of the database. */
export class Backups extends pulumi.ComponentResource {
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Backups", name, {}, opts);
    this.volumeName = args.host.volume(
      `${name}-volume`,
      { name: args.names.volume("backups"), labels: args.labels },
      { parent: this, ...protectedData },
    ).name;
    this.registerOutputs({ volumeName: this.volumeName });
  }
}
