import type * as pulumi from "@pulumi/pulumi";
import type { StorageAddress } from "../application/storage-url.ts";
import { imageReference } from "../application/images.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import { blankOut } from "../input/blank-out.mjs";
import type { SecretValues } from "../secrets/files.ts";
import { askingScript, keysFile, repositoryAddress, resticProblem } from "./program/restic.mjs";

/** What copies backups: encrypted, each piece once, and every machine that has it can restore them. */
const restic = "restic/restic:0.18.1";

/** The reference of restic's image. */
export function resticImage(imageMirror?: string): string {
  return imageReference(restic, imageMirror);
}

/** A storage elsewhere that backups are copied to. */
export interface BackupStorage {
  readonly address: StorageAddress;
  readonly bucket: string;
  /** The password that copies are encrypted with, to be looked at in this process alone. */
  readonly password: string;
  /** The secrets that hold the URL and the password, with their values. */
  readonly secrets: {
    readonly url: { readonly name: string; readonly value: pulumi.Output<string> };
    readonly password: { readonly name: string; readonly value: pulumi.Output<string> };
  };
}

/** The values of the secrets that lead to a storage and open it, by name: workflows need them, too. */
export function storageSecrets(storage: BackupStorage | undefined): SecretValues {
  if (storage === undefined) return {};
  return Object.fromEntries(Object.values(storage.secrets).map(({ name, value }) => [name, value]));
}

/**
 * Asks on a host whether the password opens what is in the storage; returns why not, nothing where it does or nothing is there
 * yet. Changes nothing.
 */
export async function repositoryProblem(
  { address, bucket, password, secrets }: BackupStorage,
  { ask }: Pick<HostView, "ask">,
  run: {
    readonly namespace: string;
    readonly host: string;
    readonly imageMirror: string;
    readonly limits: RunLimits;
  },
): Promise<string | undefined> {
  const repository = repositoryAddress({ ...address, bucket, namespace: run.namespace });
  const given = [repository, address.region, password, keysFile(address)];
  const answer = await ask({
    image: resticImage(run.imageMirror),
    script: askingScript,
    input: given.map((line) => `${line}\n`).join(""),
    limits: run.limits,
  });
  const [code, ...said] = "printed" in answer ? answer.printed.split("\n") : ["", answer.problem];
  const problem = resticProblem(code === "" ? undefined : Number(code), said.join("\n"));
  if (problem === undefined) return undefined;
  const hidden = blankOut(problem, [address.secretAccessKey, password]);
  return `towpath:backup.storage.password: what is in ${repository} has to open with the password in the secret ${secrets.password.name} on ${run.host}, got "${hidden}"; correct the secret, or name a bucket without copies`;
}
