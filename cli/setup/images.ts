import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { Requirement } from "./requirement.ts";

/** The source of base images and of backing services' images. */
export type ImageSource = "registry" | "mirror";

/** The time after which a registry that the engine does not hear from counts as out of reach, in milliseconds. */
const patience = 10_000;

/** The number of tries to build them while a clone with other descriptions builds its own under the same names. */
const mostTries = 3;

/** The machine's tools for providing images. */
export interface ImageTools {
  run: Run;
  /** An image to ask the registry for: a small one of those that are needed. */
  probe: string;
  /** The images of the mirror that are not there, or were built from older descriptions. */
  missing(): Promise<readonly string[]>;
  /** Builds what is missing of the mirror into the engine. */
  build(onProgress: (line: string) => void): Promise<void>;
}

/**
 * The base images and those of the backing services.
 *
 * Where the engine can pull from its registry there is nothing to do: Pulumi pulls what it needs. Elsewhere the same
 * images are built from Debian packages, once. Which of the two holds is decided once and remembered, so that a network
 * that comes and goes does not replace every image. An `imageMirror` that a person set is theirs to fill.
 */
export function imagesRequirement(
  project: Pick<Project, "privateFolder">,
  ownMirror: string | undefined,
  tools: ImageTools,
): Requirement {
  return {
    title: "images",
    check: async () => {
      if (ownMirror !== undefined) return true;
      const source = readImageSource(project);
      return source === "registry" || (source === "mirror" && (await tools.missing()).length === 0);
    },
    provide: async (step) => {
      step.detail("asking the registry");
      const source = readImageSource(project) ?? ((await pulls(tools)) ? "registry" : "mirror");
      writeImageSource(project, source);
      if (source === "registry") return;
      let still: readonly string[] = [];
      for (let tries = 0; tries < mostTries; tries++) {
        await tools.build((line) => {
          step.detail(line);
        });
        still = await tools.missing();
        if (still.length === 0) return;
      }
      throw new Problem(imagesMissing(still));
    },
  };
}

/** Says that the mirror's build ended without these images. */
export function imagesMissing(references: readonly string[]): string {
  return `images: ${references.join(", ")} should have been built and cannot be found; run the command again, and "node toolchain/images/build.mjs" to see why`;
}

/** The source that was decided on, if any. */
export function readImageSource(project: Pick<Project, "privateFolder">): ImageSource | undefined {
  try {
    const { source } = JSON.parse(readFileSync(decisionFile(project), "utf8")) as { source?: string };
    return source === "registry" || source === "mirror" ? source : undefined;
  } catch {
    return undefined;
  }
}

function writeImageSource(project: Pick<Project, "privateFolder">, source: ImageSource): void {
  mkdirSync(project.privateFolder, { recursive: true });
  writeFileSync(decisionFile(project), JSON.stringify({ source }) + "\n");
}

function decisionFile(project: Pick<Project, "privateFolder">): string {
  return join(project.privateFolder, "images.json");
}

/**
 * Tells whether the engine can pull. The engine is asked, not the network: it may have a proxy or a pull-through cache
 * of its own. It prints "Pulling from" once the registry has answered; the rest of the pull is left to Pulumi.
 */
async function pulls({ run, probe }: ImageTools): Promise<boolean> {
  if ((await run("docker", ["image", "inspect", probe])).code === 0) return true;
  const seen: string[] = [];
  const pull = await run("docker", ["pull", probe], {
    timeout: patience,
    onLine: (line) => seen.push(line),
  });
  return pull.code === 0 || seen.some((line) => line.includes("Pulling from"));
}
