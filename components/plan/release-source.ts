import type { ReleaseDescription } from "./release-description.ts";

/** The source of a release. */
export interface ReleaseSource {
  /** The id of the record that it comes from; left out where it comes from the registry. */
  readonly id?: string;
  /** The images' digests, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
  /** The description that the images run by; left out by records from before it was kept. */
  readonly description?: ReleaseDescription;
  readonly commit?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly version?: string;
}
