import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { WriteSecretsInput } from "../contract/write-secrets.ts";
import type { Host, HostVolume } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { SecretValues } from "./files.ts";

/** The secrets of a service whose root file system is read-only, for the docker package writes files there only. */
export interface SecretFilesArgs {
  files: SecretValues;
  /** The versions of all secrets: other values are other files, beside those that copies still use. */
  versions: pulumi.Output<Record<string, string>>;
  /** The beginning of the volume's name. */
  volumePrefix: string;
  /** A container whose image lends its folders to the copying; it is not started for it. */
  container: pulumi.Output<string>;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** A volume with secrets as files, to mount at `/run/secrets`; what a program has at another path is mounted there one by one. */
export class SecretFiles extends pulumi.ComponentResource {
  /** The volume, known once the files are in it. */
  readonly volume: HostVolume;

  constructor(name: string, args: SecretFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:secrets:SecretFiles", name, {}, opts);
    const names = Object.keys(args.files).sort();
    const version = args.versions.apply((versions) =>
      createHash("sha256")
        .update(JSON.stringify(names.map((secret) => [secret, versions[secret]])))
        .digest("hex")
        .slice(0, 8),
    );
    const volume = args.host.volume(
      `${name}-volume`,
      { name: pulumi.interpolate`${args.volumePrefix}-${version}`, labels: args.labels },
      // Copies of the release before still use theirs.
      { parent: this, deleteBeforeReplace: false },
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
    const filled = (known: pulumi.Output<string>): pulumi.Output<string> =>
      pulumi.all([known, written.id]).apply(([text]) => text);
    this.volume = { name: filled(volume.name), folder: filled(volume.folder) };
    this.registerOutputs({ volumeName: this.volume.name });
  }
}
