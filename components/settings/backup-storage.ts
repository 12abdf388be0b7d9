import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { bucketName } from "./external.ts";
import { secretName } from "./secret-name.ts";

const storageWords = expected(
  "a storage for copies of backups",
  'write { "url": "BACKUP_URL", "bucket": "acme-backups", "password": "BACKUP_PASSWORD" }',
);

/** The schema of the storage that backups are copied to. */
export const backupStorage = z
  .strictObject(
    {
      url: secretName("BACKUP_URL", "the URL").describe(
        "The name of the secret that holds the URL of an S3 storage with its keys: `https://access-key:secret-key@s3.example.com?region=eu-central-1`; `towpath:secrets` says where the value comes from, `configuration` where it does not.",
      ),
      bucket: bucketName.describe(
        "The bucket, which is there already. Copies are below `<namespace>/` in it, so that several environments may share it.",
      ),
      password: secretName("BACKUP_PASSWORD", "the password").describe(
        "The name of the secret that holds the password that copies are encrypted with. Nobody can read them without it: keep it where the loss of hosts and state does not reach it, too.",
      ),
    },
    storageWords,
  )
  .meta({
    id: "BackupStorageSettings",
    description: "An S3 storage that backups and volumes are copied to, encrypted, by restic.",
  });

export type BackupStorageSettings = z.output<typeof backupStorage>;

/** The storage that a stack's backups are copied to; undefined where they are not. */
export function backupStorageIn(settings: object): BackupStorageSettings | undefined {
  const { backup } = settings as { readonly backup?: { readonly storage?: BackupStorageSettings } };
  return backup?.storage;
}
