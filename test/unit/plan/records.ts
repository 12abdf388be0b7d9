import { parseApplication } from "../../../components/application/parse.ts";
import { descriptionOf, type ReleaseDescription } from "../../../components/plan/release-description.ts";
import { recordOf, type ReleaseRecord } from "../../../components/plan/release-record.ts";
import { notes } from "../application/notes.ts";

/** The description of the releases of these tests. */
export const description = descriptionOf(parseApplication(notes));

/** Digests of the sample application's images, of a release that a letter stands for. */
export function imagesOf(letter: string): Record<string, string> {
  return { api: `sha256:${letter.repeat(64)}`, web: `sha256:${letter.repeat(64)}` };
}

/** A record of that release with all of its receipts. */
export function record(letter: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return { ...recordFor(imagesOf(letter)), commit: letter.repeat(40), ...more };
}

/** A record of these images with all of its receipts. */
export function recordFor(
  images: Readonly<Record<string, string>>,
  how: ReleaseDescription = description,
): ReleaseRecord {
  const identity = recordOf(images, how);
  const receipt = { release: identity.id };
  return {
    ...identity,
    branch: "main",
    version: "1.0",
    settingsHash: "0123456789ab",
    secretVersions: { JWT_SECRET: "01234567" },
    receipts: { gates: receipt, smoke: receipt, route: receipt },
    by: "octocat",
    startedAt: "2026-01-02T03:04:05.000Z",
    endedAt: "2026-01-02T03:05:05.000Z",
  };
}

/** The id of a release. */
export function idOf(letter: string): string {
  return recordOf(imagesOf(letter), description).id;
}

/** A record from before descriptions were kept. */
export function oldRecord(letter: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  const { description: _, ...kept } = record(letter);
  const { id } = recordOf(kept.images);
  const receipt = { release: id };
  return { ...kept, id, receipts: { gates: receipt, smoke: receipt, route: receipt }, ...more };
}
