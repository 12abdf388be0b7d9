import dockerignore from "@balena/dockerignore";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Application, ImageBuild } from "../application/application.ts";
import {
  changedInputs,
  developmentIgnore,
  inDevelopment,
  type BuildInputs,
  type ProjectFiles,
} from "../application/development.ts";
import { builtImages } from "../application/images.ts";

/** Returns the folder in which a namespace keeps what development builds were made from, in the project. */
export function developmentFolder(namespace: string): string {
  return join(".towpath", "namespaces", namespace, "development");
}

/**
 * Writes the Dockerfile of a development build, beside a `.dockerignore` of its own that leaves the mounted folders out.
 *
 * Docker takes `<Dockerfile>.dockerignore` before the context's one, so that what is built, and whether it is built
 * again, no longer depends on the mounted source.
 *
 * @returns the Dockerfile's path
 */
export function writeDevelopmentBuild(root: string, folder: string, image: ImageBuild): string {
  const dockerfile = join(folder, "Dockerfile");
  writeAnew(join(root, dockerfile), textOf(join(root, image.context, image.dockerfile)) ?? "");
  writeAnew(join(root, `${dockerfile}.dockerignore`), ignoreText(root, image));
  return dockerfile;
}

/** Takes down what an image was built from, for `buildChanges` to compare with. */
export function writeBuildInputs(root: string, folder: string, inputs: BuildInputs): void {
  writeAnew(join(root, folder, "inputs.json"), JSON.stringify(inputs));
}

/**
 * Returns warnings about development images: `images.api: app/api/requirements.txt changed since npm start; run npm
 * start again`. None where the source is not mounted.
 */
export function buildChanges(root: string, namespace: string, application: Application): string[] {
  return Object.entries(builtImages(inDevelopment(application).images)).flatMap(([name, image]) => {
    const before = textOf(join(root, developmentFolder(namespace), name, "inputs.json"));
    if (before === undefined) return [];
    const changed = changedInputs(JSON.parse(before) as BuildInputs, buildInputs(root, image));
    if (changed.length === 0) return [];
    const shown = [...changed.slice(0, 3), ...(changed.length > 3 ? [`${changed.length - 3} more`] : [])];
    return [`images.${name}: ${shown.join(", ")} changed since npm start; run npm start again`];
  });
}

/** The files that a build sees, with a digest of each, by their paths from the project. */
export function buildInputs(root: string, image: ImageBuild): BuildInputs {
  const dockerfile = join(image.context, image.dockerfile);
  const files = contextPaths(root, image)
    .map((path) => join(image.context, path))
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false);
  return Object.fromEntries(
    [...new Set([...files, dockerfile])].sort().map((path) => [path, digest(bytesOf(join(root, path)))]),
  );
}

/** Everything that a build of the image is sent but folders, by its path in the context. */
export function contextPaths(root: string, image: ImageBuild): string[] {
  const ignores = ignoredBy(root, image);
  // A folder that is left out has to be entered where something in it may be taken in again.
  const takesIn = /^\s*!/m.test(ignoreText(root, image));
  const below = (folder: string): string[] =>
    readdirSync(join(root, image.context, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      const isOut = ignores(path);
      if (entry.isDirectory()) return isOut && !takesIn ? [] : below(path);
      return isOut ? [] : [path];
    });
  return existsSync(join(root, image.context)) ? below("") : [];
}

/** Tells of a path in the context whether a build of the image does not see it. */
export function ignoredBy(root: string, image: ImageBuild): (path: string) => boolean {
  const ignored = dockerignore.default().add(ignoreText(root, image));
  return (path) => ignored.ignores(path);
}

/** The project's files, for the checks of development images. */
export function projectFiles(root: string): ProjectFiles {
  return {
    root,
    isFolder: (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false,
    read: (path) => textOf(join(root, path)),
  };
}

function ignoreText(root: string, image: ImageBuild): string {
  return developmentIgnore(root, textOf(join(root, ignoreFile(root, image))) ?? "", image);
}

/** The file that says what a build does not see, by its path in the project: the Dockerfile's own, else the context's. */
export function ignoreFile(root: string, { context, dockerfile }: ImageBuild): string {
  const own = `${join(context, dockerfile)}.dockerignore`;
  return existsSync(join(root, own)) ? own : join(context, ".dockerignore");
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function writeAnew(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function bytesOf(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
