import { Problem } from "../problem.ts";

/** The images of the mirror that the engine lacks, or has from older descriptions. All of them when no engine answers. */
export async function missingImages(): Promise<readonly string[]> {
  const [{ recipes, reference }, { inspectImages }, { hashOf }] = await Promise.all([
    import("../../toolchain/images/recipes.mjs"),
    import("../../toolchain/images/engine.mjs"),
    import("../../toolchain/images/sources.mjs"),
  ]);
  const present = await inspectImages(recipes.map(reference)).catch(() => new Map<string, { hash: string }>());
  return recipes.filter((recipe) => present.get(reference(recipe))?.hash !== hashOf(recipe)).map(reference);
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
