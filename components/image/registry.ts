import { createHash } from "node:crypto";
import type { Patience } from "../input/patience.ts";
import type { RegistrySettings } from "../settings/registry.ts";
import { platformName, type Platforms } from "./platforms.ts";
import { jsonOf, RegistryError, RegistryRequests, repositoryOf, usualPatience } from "./registry-requests.ts";

/** A manifest, or a list of them, exactly as the registry has it. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The facts that an image has of itself. */
export interface ImageFacts {
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The time at which it was built, as ISO 8601; undefined where it does not say so. */
  readonly created: string | undefined;
  /** The size of a pull of all its layers, in bytes. */
  readonly compressedBytes: number;
}

/** The kinds of manifests that are asked for: one image, or one for each kind of processor. */
const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/** The parts of an image's configuration that are read. */
interface Configuration {
  readonly created?: string;
  readonly os?: string;
  readonly architecture?: string;
  readonly config?: { readonly Labels?: Record<string, string> | null };
}

/** The parts of a manifest that are read. */
interface ManifestText {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly size: number }[];
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

/** The images of one application in a registry, by OCI's distribution API. Every method throws a RegistryError. */
export class Registry {
  private readonly settings: RegistrySettings;
  private readonly requests: RegistryRequests;

  constructor(settings: RegistrySettings, password: string | undefined, patience: Patience = usualPatience) {
    this.settings = settings;
    this.requests = new RegistryRequests(settings, password, patience);
  }

  /** The digest that a tag leads to, or a digest itself when the registry has it; undefined when it has neither. */
  async digestOf(image: string, reference: string): Promise<string | undefined> {
    const response = await this.requests.send({
      method: "HEAD",
      repository: this.repository(image),
      path: `manifests/${reference}`,
      headers: { accept: manifestTypes.join(", ") },
      expected: [404],
    });
    if (response.status === 404) return undefined;
    const digest = response.headers.get("docker-content-digest");
    return isDigest(digest) ? digest : (await this.manifest(image, reference))?.digest;
  }

  /** The manifest of a tag or digest; undefined when there is none. */
  async manifest(image: string, reference: string): Promise<Manifest | undefined> {
    const repository = this.repository(image);
    const response = await this.requests.send({
      method: "GET",
      repository,
      path: `manifests/${reference}`,
      headers: { accept: manifestTypes.join(", ") },
      expected: [404],
    });
    if (response.status === 404) return undefined;
    const { bytes } = response;
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (isDigest(reference) && reference !== digest) {
      throw new RegistryError(
        `towpath:registry: expected ${repository}@${reference} of ${this.settings.address}, got the content of ${digest}; do not use that registry until it is known why`,
      );
    }
    return { digest, mediaType: response.headers.get("content-type") ?? "", bytes };
  }

  /** Returns the facts of an image; of one for several kinds of processors, the one of `architecture` or the first. */
  async facts(image: string, reference: string, architecture = "amd64"): Promise<ImageFacts | undefined> {
    const found = await this.manifest(image, reference);
    if (found === undefined) return undefined;
    const text = jsonOf(found) as ManifestText;
    const listed = text.manifests?.find(({ platform }) => platform?.architecture === architecture);
    const inner = (listed ?? text.manifests?.[0])?.digest;
    const innerManifest = inner === undefined ? found : await this.manifest(image, inner);
    if (innerManifest === undefined) throw new RegistryError(lacks(this.settings, image, inner ?? ""));
    const single = jsonOf(innerManifest) as ManifestText;
    const { created, config } = await this.configuration(image, single.config?.digest);
    return {
      digest: found.digest,
      labels: config?.Labels ?? {},
      created,
      compressedBytes: (single.layers ?? []).reduce((sum, { size }) => sum + size, 0),
    };
  }

  /** The platforms that an image is for; undefined when there is no such image. */
  async platforms(image: string, reference: string): Promise<Platforms | undefined> {
    const found = await this.manifest(image, reference);
    if (found === undefined) return undefined;
    const { manifests, config } = jsonOf(found) as ManifestText;
    if (manifests !== undefined) {
      // What a build attests is listed as one for an unknown platform.
      const names = manifests.flatMap(({ platform }) => platform ?? []).map(platformName);
      return { names: names.filter((name) => name !== "unknown/unknown"), isList: true };
    }
    const { os, architecture } = await this.configuration(image, config?.digest);
    const names = os === undefined || architecture === undefined ? [] : [platformName({ os, architecture })];
    return { names, isList: false };
  }

  /** Gives a manifest more tags, by putting its own bytes under them: nothing is pulled or pushed. */
  async tag(image: string, digest: string, tags: readonly string[]): Promise<void> {
    const found = await this.manifest(image, digest);
    if (found === undefined) throw new RegistryError(lacks(this.settings, image, digest));
    for (const tag of tags) {
      await this.requests.send({
        method: "PUT",
        repository: this.repository(image),
        path: `manifests/${tag}`,
        headers: { "content-type": found.mediaType },
        body: found.bytes,
      });
    }
  }

  /** All tags of an image; none of one that was never published. */
  async tags(image: string): Promise<string[]> {
    const found: string[] = [];
    let path: string | undefined = "tags/list?n=100";
    while (path !== undefined) {
      const response = await this.requests.send({
        method: "GET",
        repository: this.repository(image),
        path,
        expected: [404],
      });
      if (response.status === 404) return [];
      const { tags } = jsonOf(response) as { tags: string[] | null };
      found.push(...(tags ?? []));
      const next = /[?&]([^?>]*)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
      path = next === undefined ? undefined : `tags/list?${next}`;
    }
    return found;
  }

  /** Removes a manifest with all of its tags. Returns false when it was gone already. */
  async remove(image: string, digest: string): Promise<boolean> {
    const response = await this.requests.send({
      method: "DELETE",
      repository: this.repository(image),
      path: `manifests/${digest}`,
      expected: [404, 405],
    });
    if (response.status === 405) {
      throw new RegistryError(
        `towpath:registry: ${this.settings.address} lets nobody remove images, got 405 for ${this.repository(image)}@${digest}; allow it in the registry's own settings, or use its own rules for old images`,
        405,
      );
    }
    return response.status !== 404;
  }

  /** An image's configuration: its labels, and when it was built. */
  private async configuration(image: string, digest: string | undefined): Promise<Configuration> {
    if (digest === undefined) return {};
    const response = await this.requests.send({
      method: "GET",
      repository: this.repository(image),
      path: `blobs/${digest}`,
    });
    return jsonOf(response) as object;
  }

  private repository(image: string): string {
    return repositoryOf(this.settings, image);
  }
}

/** Says that a registry does not have what is needed. */
export function lacks(settings: RegistrySettings, image: string, digest: string): string {
  return `towpath:registry: expected ${digest} in ${settings.address}/${repositoryOf(settings, image)}, got nothing; it was removed there, publish its commit again or release another one`;
}

/** References by digest, by the images' names. */
export function referencesOf(
  { address, repository }: RegistrySettings,
  digests: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).map(([image, digest]) => [image, `${address}/${repository}/${image}@${digest}`]),
  );
}

/** Returns the problem with the access to a registry, in one line; undefined when the images can be asked for. */
export async function checkRegistry(
  settings: RegistrySettings,
  password: string | undefined,
  images: readonly string[],
): Promise<string | undefined> {
  const registry = new Registry(settings, password);
  try {
    await Promise.all(images.map((image) => registry.digestOf(image, "latest")));
    return undefined;
  } catch (error) {
    if (error instanceof RegistryError) return error.message;
    throw error;
  }
}

function isDigest(text: string | null): text is string {
  return text !== null && /^sha256:[0-9a-f]{64}$/.test(text);
}
