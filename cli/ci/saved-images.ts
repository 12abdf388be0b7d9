import type { Run } from "../process/run.ts";
import { Problem } from "../problem.ts";
import { asStep, type Progress } from "../terminal/progress.ts";

/** Images with their names on the engine, by their names in the application. */
export type NamedImages = Readonly<Record<string, string>>;

/** The name that an image has in a file: the application's own, and the commit. */
function savedName(image: string, commit: string): string {
  return `towpath-saved/${image}:${commit}`;
}

/** Writes images into a file, for somebody else to publish: a workflow that has no secrets builds those of a fork. */
export async function saveImages(
  images: NamedImages,
  { commit, file }: { readonly commit: string; readonly file: string },
  { run, environment, progress }: { run: Run; environment: NodeJS.ProcessEnv; progress: Progress },
): Promise<void> {
  const names = Object.keys(images).map((image) => savedName(image, commit));
  const docker = client(run, environment, `--save ${file}`);
  try {
    for (const [image, local] of Object.entries(images)) await docker("tag", local, savedName(image, commit));
    await asStep(progress, `writing the images into ${file}`, () =>
      docker("save", "--output", file, ...names),
    );
  } finally {
    await run("docker", ["image", "rm", ...names], { environment });
  }
}

/**
 * Reads images from a file that nobody has to trust: nothing of it is run, and only those are taken that the application
 * names, of that commit.
 *
 * @throws Problem when one of them is not in the file
 */
export async function loadImages(
  wanted: readonly string[],
  { commit, file }: { readonly commit: string; readonly file: string },
  { run, environment }: { run: Run; environment: NodeJS.ProcessEnv },
): Promise<NamedImages> {
  const docker = client(run, environment, file);
  const said = await docker("load", "--input", file);
  const loaded = [...said.matchAll(/^Loaded image: (\S+)$/gm)].map(([, name = ""]) => name);
  const missing = wanted.filter((image) => !loaded.includes(savedName(image, commit)));
  if (missing.length > 0) {
    const got = loaded.join(", ") || "none";
    throw new Problem(
      `${file}: expected images of ${missing.join(", ")} of the commit ${commit}, got ${got}; build them with npm run ci -- --save ${file}`,
    );
  }
  return Object.fromEntries(wanted.map((image) => [image, savedName(image, commit)]));
}

function client(
  run: Run,
  environment: NodeJS.ProcessEnv,
  place: string,
): (...args: readonly string[]) => Promise<string> {
  return async (...args) => {
    const { code, stdout, stderr } = await run("docker", args, { environment });
    if (code === 0) return stdout;
    throw new Problem(
      `${place}: "docker ${args.join(" ")}" failed, got ${JSON.stringify(stderr.trim())}; mend that and run it again`,
    );
  };
}
