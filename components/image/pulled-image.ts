import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../host/docker-host.ts";

/** Which image a host pulls. */
export interface PulledImageArgs {
  /** Its reference by digest: `ghcr.io/owner/notes/api@sha256:…`. A tag could mean another image tomorrow. */
  reference: string;
  host: DockerHost;
}

/** An image from a registry on a host's engine. */
export class PulledImage extends pulumi.ComponentResource {
  /** The image's id on the engine (`sha256:…`), known once it is there: it changes exactly when the image does. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: PulledImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:image:PulledImage", name, {}, opts);
    const pulled = new docker.RemoteImage(
      `${name}-pull`,
      // Kept when another release replaces it: a rollback, and the copy that drains, still need it.
      { name: args.reference, keepLocally: true },
      { parent: this, provider: args.host.provider },
    );
    this.id = pulled.imageId;
    this.registerOutputs({ id: this.id });
  }
}
