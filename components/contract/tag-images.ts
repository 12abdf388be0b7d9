import type { RegistrySettings } from "../settings/registry.ts";

/** The images, and the tags that they get. */
export interface TagImagesInput {
  readonly registry: RegistrySettings;
  /** The password of the registry's login; left out, nobody signs in. */
  readonly password?: string;
  /** Digests, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}
