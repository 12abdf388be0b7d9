import * as pulumi from "@pulumi/pulumi";
import {
  objectStorageImage,
  objectStoragePort as port,
  objectStorageRegion as region,
  secretFile,
} from "../application/connections.ts";
import { imageReference } from "../application/images.ts";
import type { CreateBucketsInput } from "../contract/create-buckets.ts";
import { Step } from "../host/step.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";

/** A server that speaks S3, and its buckets. */
export interface ObjectStorageArgs extends BackingServiceArgs {
  /** The buckets' real names. */
  buckets: readonly string[];
  accessKeyId: pulumi.Output<string>;
  secretAccessKey: pulumi.Output<string>;
}

/**
 * An S3 server: Versity's gateway over plain files in a volume.
 *
 * Chosen because it is maintained, under the Apache licence, a single program of a few megabytes, and keeps objects as
 * files that any backup tool can copy; MinIO's community edition is no longer released.
 */
export class ObjectStorage extends pulumi.ComponentResource {
  /** `http://…`, known once the buckets are there. */
  readonly endpoint: pulumi.Output<string>;
  readonly accessKeyId: pulumi.Output<string>;
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: ObjectStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ObjectStorage", name, {}, opts);
    const { accessKeyId, secretAccessKey } = args;
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    // Not every kernel keeps extended attributes in a tmpfs.
    const backend =
      args.kind.data === "memory" ? "posix --sidecar /data/attributes /data/objects" : "posix /data";
    const folders = args.kind.data === "memory" ? "mkdir -p /data/attributes /data/objects && " : "";
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "object storage",
        image: imageReference(objectStorageImage, args.imageMirror),
        // The server reads its keys from its environment; they come from files, so that no description of the container shows them.
        entrypoint: [
          "sh",
          "-c",
          `${folders}ROOT_ACCESS_KEY="$(cat ${secretFile("ACCESS_KEY_ID").path})" ROOT_SECRET_KEY="$(cat ${secretFile("SECRET_ACCESS_KEY").path})" ` +
            `exec versitygw --port :${port} --health /health ${backend}`,
        ],
        secrets: { ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey },
        port,
        dataPath: "/data",
        // From inside its own container: most publish no port.
        probe: { gateway: args.containerName, port, path: "/health" },
      },
      { parent: this },
    );
    this.endpoint = createBuckets(name, { ...args, address: server.address }, { parent: this });
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

/** Makes buckets on a server, and returns its address, known once they are there. */
export function createBuckets(
  name: string,
  args: { address: pulumi.Output<string> } & Pick<
    ObjectStorageArgs,
    "host" | "buckets" | "accessKeyId" | "secretAccessKey"
  >,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { address, buckets, accessKeyId, secretAccessKey } = args;
  const target = address.apply((host) => ({ gateway: host, host, port }));
  const made = new Step<CreateBucketsInput>(
    `${name}-buckets`,
    {
      host: args.host,
      program: "create-buckets",
      input: { target, region, accessKeyId, secretAccessKey, buckets: [...buckets] },
    },
    opts,
  );
  return pulumi.all([address, made.id]).apply(([host]) => `http://${host}:${port}`);
}
