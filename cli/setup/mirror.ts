import { Problem } from "../problem.ts";

/** The images of the mirror that the engine lacks, or has from older descriptions; all of them when no engine answers. */
export async function missingImages(): Promise<readonly string[]> {
  const mirror = await import("../../toolchain/images/build.mjs");
  return mirror.missingImages().catch(() => [mirror.defaultPrefix]);
}

/** Builds what is missing. */
export async function buildMirror(onProgress: (line: string) => void): Promise<void> {
  const { buildImages } = await import("../../toolchain/images/build.mjs");
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
