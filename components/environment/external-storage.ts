import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { imageReference } from "../application/images.ts";
import { storageAddress, type StorageAddress } from "../application/storage-url.ts";
import { externalStorageProblem, type ExternalStorage } from "../data/external-storage.ts";
import { gatewayImage } from "../gateway/gateway-image.ts";
import type { HostView } from "../host/host-view.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { InputError } from "../input/input-error.ts";
import { namesOf, type Names } from "../naming/names.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import { externalUrl } from "../settings/external.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { plainValue } from "./external-database.ts";
import { checkMoved, type KeptService } from "./moved-service.ts";
import type { Place } from "./place.ts";

const kept: KeptService = {
  service: "objectStorage",
  title: "object storage",
  otherwise: 'move the data in maintenance: see "Other buckets"',
};

/** Stands for the address of a storage in a plan that is not given its URL. */
export const unknownUrl = "http://unknown:unknown@unknown";

/**
 * The S3 storage that the settings name, which is there already; undefined where Towpath makes one.
 *
 * @param lacking the secrets that this plan has no value of
 * @throws InputError for a URL that leads to none; it shows nothing of the value
 */
export async function externalStorageOf(
  { buckets }: Pick<Application, "buckets">,
  { settings, secretValues }: Pick<LoadedSettings, "settings" | "secretValues">,
  lacking: readonly string[] = [],
): Promise<ExternalStorage | undefined> {
  const external = externalUrl(settings, "objectStorage");
  if (external === undefined) return undefined;
  const { secret, place } = external;
  const value = lacking.includes(secret) ? unknownUrl : await plainValue(secretValues[secret]);
  const address = addressIn(value, { place, secret });
  const named = "objectStorage" in settings ? settings.objectStorage.buckets : {};
  const { bucket: usual } = namesOf(settings.namespace);
  const real = buckets.map((bucket) => [bucket, named[bucket] ?? usual(bucket)] as const);
  return { secret, address, url: pulumi.secret(value), buckets: Object.fromEntries(real) };
}

/**
 * Reads the URL of an S3 storage.
 *
 * @throws InputError for one that leads to none; it shows nothing of the value
 */
export function addressIn(
  value: string,
  { place, secret }: { readonly place: string; readonly secret: string },
): StorageAddress {
  const address = storageAddress(value);
  if (typeof address !== "string") return address;
  throw new InputError([
    `${place}: expected the URL of an S3 storage in the secret ${secret}, got ${address}; write https://access-key:secret-key@s3.example.com?region=eu-central-1, and each letter of a key that is none of a-z, 0-9, "-", "." and "_" as % and its code`,
  ]);
}

/** A release, as far as its buckets go. */
export interface StorageRelease {
  readonly application: Pick<Application, "buckets">;
  readonly external: ExternalStorage | undefined;
  /** The newest record of the stack; left out for a first release. */
  readonly last: Pick<ReleaseRecord, "description" | "external"> | undefined;
  /** The secrets that this plan has no value of. */
  readonly lacking?: readonly string[] | undefined;
}

/**
 * Makes sure that users do not lose what is in their buckets, and asks for those elsewhere, from the host, whether a release
 * can use them.
 *
 * @throws InputError with the reasons why not
 */
export async function checkStorage(
  { application: { buckets }, external, last, lacking = [] }: StorageRelease,
  { settings, view, host }: { settings: ReleasedSettings; view: Pick<HostView, "ask">; host: string },
): Promise<void> {
  if (buckets.length === 0) return;
  const { imageMirror = "docker.io", limits, maintenance } = settings;
  const had = (last?.description?.buckets ?? []).length > 0;
  if (!maintenance) checkMoved(kept, last, { had, isExternal: external !== undefined });
  if (external === undefined || lacking.includes(external.secret)) return;
  const { address, secret } = external;
  const run = { image: imageReference(gatewayImage, imageMirror), limits: limitsFromSettings(limits) };
  const found = await Promise.all(
    Object.entries(external.buckets).map(([name, bucket]) => {
      const places = {
        storage: "towpath:objectStorage.external.url",
        bucket: `towpath:objectStorage.buckets.${name}`,
      };
      return externalStorageProblem({ address, secret, host, bucket, settings: places }, view, run);
    }),
  );
  const problems = found.filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new InputError([...new Set(problems)]);
  void pulumi.log.info(
    `object storage: ${Object.values(external.buckets).join(", ")} of ${address.endpoint}`,
  );
}

/** A place whose buckets are elsewhere. */
export function withExternalStorage<Here extends Place>(
  place: Here,
  external: ExternalStorage | undefined,
): Here {
  if (external === undefined) return place;
  const { address, buckets } = external;
  const names: Names = {
    ...place.names,
    bucket: (bucket) => buckets[bucket] ?? place.names.bucket(bucket),
    externalStorage: { endpoint: address.endpoint, region: address.region },
  };
  return { ...place, names };
}
