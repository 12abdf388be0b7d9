import type { Application, ImageBuild } from "../application/application.ts";
import { builtImages } from "../application/images.ts";
import { contextPaths, ignoreFile } from "./build-inputs.ts";

/** Names of what is a machine's or a person's: passphrases, state, SSH keys, passwords, all that was ever committed. */
const privateNames = /^(?:\.towpath|\.git|\.env|\.env\..+)$/;

/** Files that are written to be committed, and hold no values. */
const examples = /^\.env\.(?:.*\.)?(?:example|sample|template|dist)$/;

/**
 * The problems of images whose builds would see what is private.
 *
 * A Dockerfile can put all that its build sees into an image that others pull, and every change of it builds again.
 */
export function privateFileProblems(root: string, { images }: Pick<Application, "images">): string[] {
  return Object.entries(builtImages(images)).flatMap(([name, image]) => {
    const seen = privatePaths(root, image);
    if (seen.length === 0) return [];
    const shown = [...seen.slice(0, 3), ...(seen.length > 3 ? [`${seen.length - 3} more`] : [])].join(", ");
    const lines = [...new Set(seen.map((path) => `**/${path.split("/").at(-1) ?? ""}`))].sort().join(", ");
    return [
      `images.${name}.context: a build must not see what is private to this machine, got ${shown}; add ${lines} to ${ignoreFile(root, image)}, a line each`,
    ];
  });
}

/** Returns the private files and folders that a build of the image would see, by their paths in the context. */
export function privatePaths(root: string, image: ImageBuild): string[] {
  const found = new Set<string>();
  for (const path of contextPaths(root, image)) {
    const parts = path.split("/");
    const at = parts.findIndex((part) => privateNames.test(part) && !examples.test(part));
    if (at >= 0) found.add(parts.slice(0, at + 1).join("/"));
  }
  return [...found].sort();
}
