import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { imageReference } from "../application/images.ts";
import { externalBackups, onOneHost } from "../backup/concern.ts";
import { repositoryProblem, type BackupStorage } from "../backup/storage.ts";
import { externalStorageProblem } from "../data/external-storage.ts";
import { gatewayImage } from "../gateway/gateway-image.ts";
import type { HostView } from "../host/host-view.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { InputError } from "../input/input-error.ts";
import { backupStorageIn } from "../settings/backup-storage.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { plainValue } from "./external-database.ts";
import { addressIn, unknownUrl } from "./external-storage.ts";

/** The setting of the URL's secret. */
const urlPlace = "towpath:backup.storage.url";

/**
 * The storage that the settings have backups copied to; undefined where they are not.
 *
 * @param lacking the secrets that this plan has no value of
 * @throws InputError for a URL that leads to none; it shows nothing of the value
 */
export async function backupStorageOf(
  { settings, secretValues }: Pick<LoadedSettings, "settings" | "secretValues">,
  lacking: readonly string[] = [],
): Promise<BackupStorage | undefined> {
  const set = backupStorageIn(settings);
  if (set === undefined) return undefined;
  const url = lacking.includes(set.url) ? unknownUrl : await plainValue(secretValues[set.url]);
  // Without the space around it, as restic reads it from a file.
  const password = (await plainValue(secretValues[set.password])).trim();
  if (password === "" || /[\r\n]/.test(password)) {
    throw new InputError([
      `towpath:backup.storage.password: expected a password of one line in the secret ${set.password}, got ${password === "" ? "none" : "several lines"}; take another one`,
    ]);
  }
  return {
    address: addressIn(url, { place: urlPlace, secret: set.url }),
    bucket: set.bucket,
    password,
    secrets: {
      url: { name: set.url, value: pulumi.secret(url) },
      password: { name: set.password, value: pulumi.secret(password) },
    },
  };
}

/**
 * Asks, from the host, whether backups can be copied to the storage, and whether the password opens what is in it.
 *
 * @throws InputError with the reason why not
 */
export async function checkBackupStorage(
  storage: BackupStorage | undefined,
  {
    settings,
    view,
    host,
    lacking = [],
  }: {
    readonly settings: ReleasedSettings;
    readonly view: Pick<HostView, "ask">;
    readonly host: string;
    readonly lacking?: readonly string[] | undefined;
  },
): Promise<void> {
  if (storage === undefined) return;
  const { address, bucket, secrets } = storage;
  if ([secrets.url.name, secrets.password.name].some((name) => lacking.includes(name))) return;
  const { imageMirror = "docker.io", namespace } = settings;
  const limits = limitsFromSettings(settings.limits);
  const places = { storage: urlPlace, bucket: "towpath:backup.storage.bucket" };
  const problem =
    (await externalStorageProblem(
      { address, bucket, host, secret: secrets.url.name, settings: places },
      view,
      { image: imageReference(gatewayImage, imageMirror), limits },
    )) ?? (await repositoryProblem(storage, view, { namespace, host, imageMirror, limits }));
  if (problem !== undefined) throw new InputError([problem]);
}

/** Says of a stack that is dumped what no storage has: backups on one host alone, or none by the schedule. */
export function sayUncopied({
  application,
  settings,
  host,
  externalPostgres,
  backupStorage,
}: {
  readonly application: Pick<Application, "postgres">;
  readonly settings: ReleasedSettings;
  readonly host: string;
  readonly externalPostgres: object | undefined;
  readonly backupStorage: BackupStorage | undefined;
}): void {
  if (!("backup" in settings) || application.postgres === undefined || backupStorage !== undefined) return;
  const stack = settings.environment;
  void pulumi.log.info(externalPostgres === undefined ? onOneHost({ stack, host }) : externalBackups(stack));
}
