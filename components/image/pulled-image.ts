import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";

/** Arguments of a pulled image. */
export interface PulledImageArgs {
  /** Its reference by digest: `ghcr.io/owner/notes/api@sha256:…`. A tag could mean another image tomorrow. */
  reference: string;
  host: Host;
}

/** An image from a registry on a host. */
export class PulledImage extends pulumi.ComponentResource {
  /** The image's id there (`sha256:…`), known once it is there: it changes exactly when the image does. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: PulledImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:image:PulledImage", name, {}, opts);
    this.id = args.host.image(`${name}-pull`, args.reference, { parent: this });
    this.registerOutputs({ id: this.id });
  }
}
