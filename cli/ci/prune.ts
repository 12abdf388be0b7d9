import { GithubClient } from "../../components/github/client.ts";
import { GithubPackages } from "../../components/github/packages.ts";
import { Registry } from "../../components/image/registry.ts";
import {
  branchLabel,
  expiredImages,
  type Expired,
  type PublishedTag,
} from "../../components/image/retention.ts";
import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import type { StackState } from "../pulumi/stacks.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import type { Destination } from "./publish.ts";

/** The images removed from one repository; with a dry run, those that would be. */
export interface PrunedRepository {
  /** `ghcr.io/owner/notes/api`. */
  readonly repository: string;
  readonly removed: readonly Expired[];
  /** The number of images that stay. */
  readonly kept: number;
}

/** A stack that may need images. */
export interface ImageUser extends StackState {
  /** Its release records. */
  readonly records: readonly ReleaseRecord[];
}

/**
 * The digests that stacks of this project still need: those of their release records, and of the images that their hosts
 * have, such as a canary's, which has no record yet.
 */
export function neededDigests(stacks: readonly ImageUser[]): Set<string> {
  const needed = new Set<string>();
  for (const { deployment, records } of stacks) {
    for (const { images } of records) for (const digest of Object.values(images)) needed.add(digest);
    for (const { type, inputs } of deployment.resources) {
      if (type !== "docker:index/remoteImage:RemoteImage") continue;
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(String(inputs?.name))?.[1];
      if (digest !== undefined) needed.add(digest);
    }
  }
  return needed;
}

/** Removes what has expired from one registry; with `dryRun`, only reports it. */
export async function prune(
  destination: Destination,
  images: readonly string[],
  needed: ReadonlySet<string>,
  { dryRun, now }: { readonly dryRun: boolean; readonly now: Date },
  progress: Progress,
): Promise<PrunedRepository[]> {
  const registry = new Registry(destination, destination.password);
  const remove = removalFrom(destination, registry, progress);
  const pruned: PrunedRepository[] = [];
  for (const image of images) {
    const repository = `${destination.address}/${destination.repository}/${image}`;
    const one = await asStep(progress, `looking through ${repository}`, async () => {
      const tags = await publishedTags(registry, image);
      const removed = expiredImages(tags, needed, now);
      if (!dryRun) for (const { digest } of removed) await remove(image, digest);
      const all = new Set(tags.map(({ digest }) => digest));
      return { repository, removed, kept: all.size - removed.length };
    });
    pruned.push(one);
  }
  return pruned;
}

/** Chooses the way to remove images: those on GHCR are removed through GitHub's API, with a token. */
function removalFrom(
  { address, repository, password }: Destination,
  registry: Registry,
  { say }: Pick<Progress, "say">,
): (image: string, digest: string) => Promise<boolean> {
  if (address !== "ghcr.io" || password === undefined)
    return (image, digest) => registry.remove(image, digest);
  const access = {
    token: password,
    place: "towpath:registries",
    // GHCR is GitHub's own: where GITHUB_BASE_URL names another server, that one does not know its images.
    variables: {},
    say: (line: string) => {
      say(line);
    },
  };
  const packages = new GithubPackages(new GithubClient(access));
  return (image, digest) => packages.remove(`${repository}/${image}`, digest);
}

/** All tags with what their images say of themselves; each image is asked for once. */
async function publishedTags(registry: Registry, image: string): Promise<PublishedTag[]> {
  const known = new Map<string, Pick<PublishedTag, "created" | "branch">>();
  const found: PublishedTag[] = [];
  for (const tag of await registry.tags(image)) {
    const digest = await registry.digestOf(image, tag);
    if (digest === undefined) continue;
    let facts = known.get(digest);
    if (facts === undefined) {
      const asked = await registry.facts(image, digest);
      facts = { created: asked?.created, branch: asked?.labels[branchLabel] };
      known.set(digest, facts);
    }
    found.push({ tag, digest, ...facts });
  }
  return found;
}
