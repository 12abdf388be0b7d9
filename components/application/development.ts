import { relative, resolve } from "node:path";
import { show, suggestion } from "../input/input-checks.ts";
import type { Application, Development, Image, ImageBuild } from "./application.ts";
import { stagesOf } from "./dockerfile.ts";
import { builtImages, isReadyMade } from "./images.ts";

/** The project's files, for the checks of development images. */
export interface ProjectFiles {
  /** The project's folder. */
  readonly root: string;
  readonly isFolder: (path: string) => boolean;
  /** A file's text; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
}

/**
 * The application with its source mounted: each image that has a `dev` is built to that stage, and its services run
 * their `devCommand`.
 */
export function inDevelopment(application: Application): Application {
  const images = mapValues(application.images, (image) =>
    isReadyMade(image) || image.dev === undefined
      ? image
      : { ...image, target: image.dev.target, mounts: image.dev.mounts },
  );
  const services = mapValues(application.services, (service) =>
    service.devCommand === undefined ? service : { ...service, command: service.devCommand },
  );
  return { ...application, images, services };
}

/** The build of an image for development; undefined where it has none. */
export function developmentOf(image: Image | undefined): Development | undefined {
  return image === undefined || isReadyMade(image) ? undefined : image.dev;
}

/** The services whose changed source is served without a build. */
export function reloadingServices({ images, services }: Application): string[] {
  return Object.keys(services).filter((name) => {
    const image = images[services[name]?.image ?? ""];
    return Object.keys(developmentOf(image)?.mounts ?? {}).length > 0;
  });
}

/** Returns the paths of an image's context that are mounted where it runs, relative to the context: `notes`. */
export function mountedInContext(
  root: string,
  { context, mounts = {} }: Pick<ImageBuild, "context" | "mounts">,
): string[] {
  return Object.keys(mounts).flatMap((mounted) => wayInto(root, context, mounted) ?? []);
}

/**
 * The `.dockerignore` of a build whose mounted folders stay out of it, so that an edit in them builds nothing: the
 * context's own one, and them.
 */
export function developmentIgnore(
  root: string,
  own: string,
  image: Pick<ImageBuild, "context" | "mounts">,
): string {
  return [own.trimEnd(), ...mountedInContext(root, image)].filter((line) => line !== "").join("\n") + "\n";
}

/** The files that an image is built from, with a digest of each, by their paths in the project. */
export type BuildInputs = Readonly<Record<string, string>>;

/** The files that changed, came or went between two builds. */
export function changedInputs(before: BuildInputs, now: BuildInputs): string[] {
  const all = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...all].filter((path) => before[path] !== now[path]).sort();
}

/** The problems of development commands: one whose image is never built for development would never run. */
export function devCommandProblems({ images, services }: Pick<Application, "images" | "services">): string[] {
  return Object.entries(services).flatMap(([name, { image: key, devCommand }]) => {
    const image = Object.hasOwn(images, key) ? images[key] : undefined;
    if (devCommand === undefined || image === undefined || developmentOf(image) !== undefined) return [];
    const [why, fix] = isReadyMade(image)
      ? ["is ready-made", "remove it"]
      : ["has no dev", "declare it there"];
    return [`services.${name}.devCommand: images.${key} ${why}, got ${show(devCommand)}; ${fix}`];
  });
}

/** The problems of development images in the project as it is: no such stage, no such folder. */
export function developmentProblems({ images }: Application, files: ProjectFiles): string[] {
  return Object.entries(builtImages(images)).flatMap(([name, image]) => {
    if (image.dev === undefined) return [];
    const path = `images.${name}.dev`;
    const dockerfile = `${image.context}/${image.dockerfile}`;
    const text = files.read(dockerfile);
    const { target, mounts } = image.dev;
    const stages = stagesOf(text ?? "");
    const fix = stages.length === 0 ? `write FROM … AS ${target}` : suggestion(target, stages);
    return [
      // A Dockerfile that is not there is the build's own error.
      ...(text === undefined || stages.includes(target.toLowerCase())
        ? []
        : [`${path}.target: no such stage in ${dockerfile}, got ${show(target)}; ${fix}`]),
      ...Object.keys(mounts).flatMap((mounted) =>
        mountProblem(`${path}.mounts.${mounted}`, image, mounted, files),
      ),
    ];
  });
}

function mountProblem(
  place: string,
  { context }: ImageBuild,
  mounted: string,
  files: ProjectFiles,
): string[] {
  if (!files.isFolder(mounted)) {
    return [`${place}: no such folder in the project, got ${show(mounted)}; name one that exists`];
  }
  if (wayInto(files.root, mounted, context) !== undefined) {
    return [
      `${place}: the image would be built of nothing, got its whole context ${show(context)}; name folders inside it`,
    ];
  }
  return [];
}

/**
 * The way from a folder to another one inside it, both as the project's application writes them: `notes` from `../api` to
 * `../api/notes`, nothing to itself. Undefined when the other one is not inside.
 */
function wayInto(root: string, outer: string, inner: string): string | undefined {
  const way = relative(resolve(root, outer), resolve(root, inner));
  return way.split("/")[0] === ".." ? undefined : way;
}

function mapValues<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
