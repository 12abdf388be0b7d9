import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, type DockerHost } from "../host/docker-host.ts";
import type { Names } from "../naming/names.ts";
import { protectedData } from "./protection.ts";

/** Where dumps are kept. */
export interface BackupsArgs {
  names: Names;
  host: DockerHost;
  labels: Readonly<Record<string, string>>;
}

/** The volume `<namespace>-backups`, which holds the dumps that are taken before migrations. */
export class Backups extends pulumi.ComponentResource {
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Backups", name, {}, opts);
    this.volumeName = new docker.Volume(
      `${name}-volume`,
      { name: args.names.volume("backups"), labels: labelList(args.labels) },
      { parent: this, provider: args.host.provider, ...protectedData },
    ).name;
    this.registerOutputs({ volumeName: this.volumeName });
  }
}
