import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";

/**
 * Builds one part of Pulumi from its Go module into its folder: `cli`, with the language host that downloads have beside
 * it, or a plugin by its name.
 */
export async function buildPart(
  project: Pick<Project, "pulumiHome">,
  part: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const { buildParts } = await import("../../toolchain/build.mjs");
  try {
    await buildParts({
      names: part === "cli" ? ["cli", "language-nodejs"] : [part],
      home: project.pulumiHome,
      onProgress: ({ detail }) => {
        onProgress(detail ?? "building from source");
      },
    });
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
}
