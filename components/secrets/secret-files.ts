import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { WriteSecretsInput } from "../contract/write-secrets.ts";
import { labelList, type DockerHost } from "../host/docker-host.ts";
import { Step } from "../host/step.ts";
import type { SecretValues } from "./files.ts";

/** The secrets of a service whose root file system is read-only, for the docker package writes files there only. */
export interface SecretFilesArgs {
  files: SecretValues;
  /** The versions of all secrets: other values are other files, beside those that copies still use. */
  versions: pulumi.Output<Record<string, string>>;
  /** What the volume's name begins with. */
  volumePrefix: string;
  /** A container whose image lends its folders to the copying; it is not started for it. */
  container: pulumi.Output<string>;
  host: DockerHost;
  labels: Readonly<Record<string, string>>;
}

/** A volume with secrets as files, to mount at `/run/secrets`. */
export class SecretFiles extends pulumi.ComponentResource {
  /** The volume's name, known once the files are in it. */
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: SecretFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:secrets:SecretFiles", name, {}, opts);
    const names = Object.keys(args.files).sort();
    const version = args.versions.apply((versions) =>
      createHash("sha256")
        .update(JSON.stringify(names.map((secret) => [secret, versions[secret]])))
        .digest("hex")
        .slice(0, 8),
    );
    const volume = new docker.Volume(
      `${name}-volume`,
      { name: pulumi.interpolate`${args.volumePrefix}-${version}`, labels: labelList(args.labels) },
      // Copies of the release before still use theirs.
      { parent: this, provider: args.host.provider, deleteBeforeReplace: false },
    );
    const written = new Step<WriteSecretsInput>(
      `${name}-write`,
      {
        host: args.host,
        program: "write-secrets",
        input: {
          container: args.container,
          volume: volume.name,
          files: pulumi.all(args.files),
          labels: args.labels,
        },
        triggers: [volume.name],
      },
      { parent: this },
    );
    this.volumeName = pulumi.all([volume.name, written.id]).apply(([volumeName]) => volumeName);
    this.registerOutputs({ volumeName: this.volumeName });
  }
}
