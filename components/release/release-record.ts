import { createHash } from "node:crypto";

/** What was released. */
export interface ReleaseRecord {
  /** 12 hexadecimal digits that change exactly when an image does. */
  readonly id: string;
  /** The images' ids or digests, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
}

/** The record of a release of these images. */
export function recordOf(images: Readonly<Record<string, string>>): ReleaseRecord {
  const sorted = Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1));
  const id = createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 12);
  return { id, images: Object.fromEntries(sorted) };
}
