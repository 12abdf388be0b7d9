import * as pulumi from "@pulumi/pulumi";
import type { CreateBucketsInput } from "../../steps/create-buckets.ts";
import {
  objectStoragePort as port,
  objectStorageRegion as region,
  secretFile,
} from "../application/connections.ts";
import { imageReference } from "../application/images.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { Step } from "../host/step.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";

/** A server that speaks S3, and its buckets. */
export interface ObjectStorageArgs extends BackingServiceArgs {
  /** The buckets' real names. */
  buckets: readonly string[];
  accessKeyId: pulumi.Output<string>;
  secretAccessKey: pulumi.Output<string>;
  /** Through which the buckets are made: the server publishes no port. */
  gateway: Gateway;
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

  constructor(name: string, args: ObjectStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:ObjectStorage", name, {}, opts);
    const { accessKeyId, secretAccessKey } = args;
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "object storage",
        image: imageReference("versity/versitygw:v1.8.0", args.imageMirror),
        // The server reads its keys from its environment; they come from files, so that no description of the container shows them.
        entrypoints: [
          "sh",
          "-c",
          `ROOT_ACCESS_KEY="$(cat ${secretFile("ACCESS_KEY_ID").path})" ROOT_SECRET_KEY="$(cat ${secretFile("SECRET_ACCESS_KEY").path})" ` +
            `exec versitygw --port :${port} --health /health posix /data`,
        ],
        secrets: { ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey },
        dataPath: "/data",
        probe: args.gateway.containerName.apply((gateway) => ({ gateway, port, path: "/health" })),
      },
      { parent: this },
    );
    const buckets = new Step<CreateBucketsInput>(
      `${name}-buckets`,
      {
        program: "create-buckets",
        input: {
          target: pulumi
            .all([args.gateway.containerName, server.address])
            .apply(([gateway, host]) => ({ gateway, host, port })),
          region,
          accessKeyId,
          secretAccessKey,
          buckets: [...args.buckets],
        },
      },
      { parent: this },
    );
    this.endpoint = pulumi
      .all([server.address, buckets.id])
      .apply(([address]) => `http://${address}:${port}`);
    this.registerOutputs({ endpoint: this.endpoint });
  }
}
