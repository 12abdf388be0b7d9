import { Problem } from "../problem.ts";

/** The images of the mirror that the engine lacks, or has from older descriptions; all of them when no engine answers. */
export async function missingImages(): Promise<readonly string[]> {
  const mirror = await import("../../toolchain/images/build.mjs");
  return mirror.missingImages().catch(() => [mirror.defaultPrefix]);
}

/** The program that builds the images. */
type Mirror = Pick<typeof import("../../toolchain/images/build.mjs"), "buildImages">;

/** Builds what is missing, and reports the images under way whenever they change. */
export async function buildMirror(
  onProgress: (line: string) => void,
  mirror: () => Promise<Mirror> = () => import("../../toolchain/images/build.mjs"),
): Promise<void> {
  const { buildImages } = await mirror();
  const underWay = new Set<string>();
  try {
    await buildImages({
      onProgress({ image, state }) {
        if (state === "building") underWay.add(image);
        else underWay.delete(image);
        onProgress([...underWay].join(", "));
      },
    });
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
}
