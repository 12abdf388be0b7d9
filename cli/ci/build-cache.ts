import type { CiPlan } from "../../components/ci/plan.ts";
import type { RunsBuildCache } from "../../components/ci/run.ts";
import { buildCacheTags } from "../../components/image/build-cache.ts";
import { Registry, referencesOf } from "../../components/image/registry.ts";
import { RegistryError } from "../../components/image/registry-requests.ts";
import type { Patience } from "../../components/input/patience.ts";
import type { Names } from "../../components/naming/names.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { signedIn, withPassword, type Destination } from "./publish.ts";

/** The layers that a run takes from a registry and leaves there. Nothing about it fails a run: it only takes longer without. */
export interface BuildCacheUse extends RunsBuildCache {
  readonly registry: Destination;
}

/** The images that a run builds. */
type Built = Pick<CiPlan, "releaseImages" | "developmentImages">;

/** The things of the command line that are needed for it. */
interface Means {
  readonly call: PulumiCall;
  readonly run: Run;
  readonly progress: Progress;
}

/** Nobody waits long for what only saves time. */
const patience: Patience = { answer: 10_000, retries: 1, pause: 500 };

/**
 * Finds out which layers a run uses; undefined where the settings, or the kind of run, ask for none.
 *
 * They are taken where `CI` is set: a machine of one's own keeps its layers itself. They are left by a clean working tree of the
 * default branch that publishes, and by nothing else: what other branches build from is what that branch has built.
 */
export async function buildCacheUse(
  { buildCache, registries: [registry] }: Pick<CiSettings, "buildCache" | "registries">,
  built: Built,
  leaves: boolean,
  { call, run, progress }: Means,
): Promise<BuildCacheUse | undefined> {
  const takes = (call.environment.CI ?? "") !== "";
  if (buildCache === "none" || registry === undefined || !(takes || leaves)) return undefined;
  const found = await withPassword(registry, call, run);
  const from = takes ? await layersIn(found, built, progress) : {};
  return { registry: found, from, leaves };
}

/** The images in a registry with layers of earlier builds, by the image that is built; none when it cannot be asked. */
async function layersIn(
  destination: Destination,
  { releaseImages, developmentImages }: Built,
  progress: Progress,
): Promise<Record<string, readonly string[]>> {
  const registry = new Registry(destination, destination.password, patience);
  const place = `${destination.address}/${destination.repository}`;
  const images = [...new Set([...releaseImages, ...developmentImages])];
  try {
    const all = await Promise.all(
      images.map(async (image): Promise<[string, readonly string[]]> => {
        const digests = await Promise.all(
          Object.values(buildCacheTags).map((tag) => registry.digestOf(image, tag)),
        );
        const known = new Set(digests.filter((digest) => digest !== undefined));
        return [
          image,
          [...known].flatMap((digest) => Object.values(referencesOf(destination, { [image]: digest }))),
        ];
      }),
    );
    const found = all.filter(([, references]) => references.length > 0);
    const names = found.map(([image]) => image).join(", ");
    progress.say(
      found.length === 0
        ? `build cache: ${place} has none yet, everything is built`
        : `build cache: layers of ${names} from ${place}`,
    );
    return Object.fromEntries(found);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    progress.say(`build cache: everything is built, because of ${error.message}`);
    return {};
  }
}

/** Leaves the layers of a run's images in the registry; what is refused there is said, and nothing more. */
export async function leaveBuildCache(
  { registry }: BuildCacheUse,
  { releaseImages, developmentImages }: Built,
  names: Names,
  { call, run, progress }: Means,
): Promise<void> {
  const environment = signedIn(registry, call);
  const all = [
    ...releaseImages.map((image) => [image, names.image(image), buildCacheTags.released] as const),
    ...developmentImages.map(
      (image) => [image, names.image(`${image}-dev`), buildCacheTags.developed] as const,
    ),
  ];
  for (const [image, local, tag] of all) {
    const reference = `${registry.address}/${registry.repository}/${image}:${tag}`;
    await asStep(progress, `leaving the layers of ${local} in the registry`, async () => {
      await run("docker", ["tag", `${local}:latest`, reference], { environment });
      const { code, stderr } = await run("docker", ["push", "--quiet", reference], { environment });
      await run("docker", ["image", "rm", reference], { environment });
      if (code !== 0)
        progress.say(`build cache: ${reference} stays as it was, got ${JSON.stringify(stderr.trim())}`);
    });
  }
}

/** Removes the images that a run's builds took layers from. */
export async function forgetBuildCache(
  { from }: BuildCacheUse,
  { call, run }: Omit<Means, "progress">,
): Promise<void> {
  const references = Object.values(from).flat();
  if (references.length > 0)
    await run("docker", ["image", "rm", ...references], { environment: call.environment });
}
