import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../application/images.ts";
import type { ReadyMadeImage } from "../application/application.ts";
import type { DockerHost } from "../host/docker-host.ts";

/** Arguments of a ready-made image. */
export interface ReadyImageArgs {
  image: ReadyMadeImage;
  /** The prefix that stands for docker.io. */
  imageMirror: string;
  /** The repository part of a name of its own, under which it is found when it is published; left out, it gets none. */
  repository?: string;
  host: DockerHost;
}

/** A ready-made image on a host: pulled where the host does not have it, and never again under the same reference. */
export class ReadyImage extends pulumi.ComponentResource {
  /** The image's id (`sha256:…`), known once it is there. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ReadyImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:image:ReadyImage", name, {}, opts);
    const { image, imageMirror, repository, host } = args;
    const pulled = host.image(`${name}-pull`, imageReference(image.from, imageMirror), { parent: this });
    this.id = repository === undefined ? pulled : this.named(name, pulled, repository, host);
    this.registerOutputs({ id: this.id });
  }

  /** Gives it the name of the images that are built here, which goes when it does. */
  private named(
    name: string,
    id: pulumi.Output<string>,
    repository: string,
    { provider }: DockerHost,
  ): pulumi.Output<string> {
    const child = { parent: this, provider };
    const tag = new docker.Tag(
      `${name}-tag`,
      { sourceImage: id, targetImage: `${repository}:latest` },
      child,
    );
    return new docker.RemoteImage(`${name}-latest`, { name: tag.targetImage }, child).imageId;
  }
}
