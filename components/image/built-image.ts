import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ImageBuild } from "../application/application.ts";
import type { DockerHost } from "../host/docker-host.ts";
import { defined } from "../input/defined.ts";
import type { BuildCache } from "./build-cache.ts";
import { buildInputs, writeBuildInputs, writeDevelopmentBuild } from "./build-inputs.ts";

/** Arguments of a built image. */
export interface BuiltImageArgs {
  image: ImageBuild;
  /** The repository part of the tags, for example `notes-local-api`. */
  repository: string;
  /** The value of `IMAGE_MIRROR` in the Dockerfiles' `FROM ${IMAGE_MIRROR}/…`. */
  imageMirror: string;
  /** The facts of the image's source, as build arguments; left out, that it was built locally. */
  facts?: Readonly<Record<string, string>>;
  /** A folder of the project for what the build of an image with mounts needs; only those need one. */
  developmentFolder?: string;
  /** The layers in a registry; left out, only those of the engine are taken. */
  cache?: BuildCache;
  host: DockerHost;
}

/** An image that is built from the working tree and stays on the host that built it. */
export class BuiltImage extends pulumi.ComponentResource {
  /** The image's id (`sha256:…`): it changes exactly when the image does. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: BuiltImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:image:BuiltImage", name, {}, opts);
    const { image, repository, cache } = args;
    const child = { parent: this, provider: args.host.provider };

    const built = new docker.Image(
      `${name}-build`,
      {
        imageName: `${repository}:latest`,
        build: {
          context: image.context,
          dockerfile: dockerfileOf(args),
          ...defined({ target: image.target }),
          platform: localPlatform(),
          args: {
            BUILD_VERSION: "local",
            ...args.facts,
            ...(cache?.leaves === true && { BUILDKIT_INLINE_CACHE: "1" }),
            IMAGE_MIRROR: args.imageMirror,
            ...image.args,
          },
          ...(cache !== undefined && cache.from.length > 0 && { cacheFrom: { images: [...cache.from] } }),
        },
        ...(cache !== undefined && { registry: signInTo(cache) }),
        skipPush: true,
        // A plan can only show what a new image replaces when it knows the image.
        buildOnPreview: true,
      },
      child,
    );
    const tag = new docker.Tag(
      `${name}-tag`,
      {
        sourceImage: built.repoDigest,
        targetImage: built.repoDigest.apply((id) => `${repository}:${shortId(id)}`),
      },
      child,
    );

    // The package's images and tags leave their image behind; these take the tags away, last of all.
    const latest = new docker.RemoteImage(`${name}-latest`, { name: built.imageName }, child);
    const kept = new docker.RemoteImage(
      `${name}-release`,
      { name: tag.targetImage },
      { ...child, dependsOn: latest },
    );

    this.id = pulumi.all([built.repoDigest, kept.id]).apply(([id]) => id);
    const folder = args.developmentFolder;
    if (image.mounts !== undefined && folder !== undefined && !pulumi.runtime.isDryRun()) {
      const inputs = buildInputs(process.cwd(), image);
      this.id.apply(() => {
        writeBuildInputs(process.cwd(), folder, inputs);
      });
    }
    this.registerOutputs({ id: this.id });
  }
}

/** The Dockerfile; that of an image whose source is mounted is a copy that ignores the source. */
function dockerfileOf({ image, developmentFolder }: BuiltImageArgs): string {
  if (image.mounts === undefined || developmentFolder === undefined)
    return `${image.context}/${image.dockerfile}`;
  return writeDevelopmentBuild(process.cwd(), developmentFolder, image);
}

/** Nothing is pushed there; the package finds the login for what it pulls by it. */
function signInTo({ registry, account }: BuildCache): docker.types.input.Registry {
  if (account === undefined) return { server: registry };
  return { server: registry, username: account.user, password: pulumi.secret(account.password) };
}

/** The local engine runs on this machine's kind of processor; unset, every build would print a warning. */
function localPlatform(): string {
  return process.arch === "arm64" ? "linux/arm64" : "linux/amd64";
}

/** The first 12 hex digits of an image's id or digest, as Docker itself shows it. */
export function shortId(id: string): string {
  return id.slice(id.indexOf(":") + 1).slice(0, 12);
}
