import * as pulumi from "@pulumi/pulumi";
import type { DatabaseServer } from "../data/postgres.ts";
import type { Host } from "../host/host.ts";
import type { Names } from "../naming/names.ts";
import { SecretFiles } from "../secrets/secret-files.ts";
import { SecretVersions } from "../secrets/secret-versions.ts";
import type { Task } from "./program/main.mjs";
import { keysFile, secretNames } from "./program/restic.mjs";
import { resticImage, type BackupStorage } from "./storage.ts";

/** The storage, and what of its host is copied there. */
interface StorageTaskArgs {
  host: Host;
  names: Names;
  imageMirror: string;
  server: Pick<DatabaseServer, "container">;
  /** The volumes that services share, by their names in the application. */
  volumes: Readonly<Record<string, pulumi.Output<string>>>;
  storage?: BackupStorage;
  labels: (part: string) => Record<string, string>;
}

/**
 * What the program is given to copy, and a volume with what it may not be told otherwise: variables are shown by the engine.
 * Nothing where nothing is copied.
 */
export function storageTask(
  name: string,
  { host, names, imageMirror, server, volumes, storage, labels }: StorageTaskArgs,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<Pick<Task, "storage">> {
  if (storage === undefined) return pulumi.output({});
  const { address, bucket, secrets } = storage;
  const files = {
    [secretNames.password]: secrets.password.value,
    [secretNames.keys]: pulumi.secret(keysFile(address)),
  };
  const { versions } = new SecretVersions(`${name}-versions`, { values: files }, opts);
  const written = new SecretFiles(
    `${name}-secrets`,
    {
      ...{ files, versions, host },
      container: pulumi.output(server.container),
      volumePrefix: names.volume("backups-secrets"),
      labels: labels("secrets"),
    },
    opts,
  );
  return pulumi.all([written.volume.name, pulumi.all(volumes)]).apply(([volume, shared]) => ({
    storage: {
      repository: { endpoint: address.endpoint, region: address.region, bucket, namespace: names.namespace },
      image: resticImage(imageMirror),
      secrets: volume,
      container: names.backupCopy,
      volumes: {
        ...Object.fromEntries(Object.entries(shared).map(([part, one]) => [`volumes/${part}`, one])),
        "object-storage": names.volume("object-storage"),
      },
    },
  }));
}
