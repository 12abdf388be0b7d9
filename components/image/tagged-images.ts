import * as pulumi from "@pulumi/pulumi";
import type { TagImagesInput } from "../contract/tag-images.ts";
import { Step } from "../host/step.ts";
import { defined } from "../input/defined.ts";
import type { RegistrySettings } from "../settings/registry.ts";

/** Arguments of tagged images. */
export interface TaggedImagesArgs {
  registry: RegistrySettings;
  /** The password of the registry's login; left out, nobody signs in. */
  password?: string;
  /** Digests, by the images' names. */
  images: Readonly<Record<string, string>>;
  tags: readonly string[];
}

/** Tags in the registry that say where images run, such as `staging-<commit>`: nothing is pulled or pushed for them. */
export class TaggedImages extends pulumi.ComponentResource {
  /** Known once the tags are there. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: TaggedImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:image:TaggedImages", name, {}, opts);
    const { registry, password, images, tags } = args;
    const step = new Step<TagImagesInput>(
      `${name}-put`,
      {
        // The registry is asked from here.
        host: { connection: undefined },
        program: "tag-images",
        input: { registry, images, tags: [...tags], ...defined({ password }) },
        // A password that was changed is no reason.
        triggers: [JSON.stringify([registry.address, registry.repository, images, tags])],
      },
      { parent: this },
    );
    this.receipt = step.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}
