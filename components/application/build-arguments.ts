import { nearest, show, suggestion } from "../input/input-checks.ts";
import type { Application } from "./application.ts";
import type { ProjectFiles } from "./development.ts";
import { instructionsOf } from "./dockerfile.ts";
import { builtImages, isReadyMade } from "./images.ts";

/** An environment's own build arguments, by image. */
export type BuildArguments = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The arguments that Towpath sets for every build; all but the mirror are variables of the containers, too. */
const towpathsArguments = [
  "BUILD_VERSION",
  "BUILD_COMMIT",
  "BUILD_TIME",
  "BUILD_NUMBER",
  "BUILD_BRANCH",
  "BUILD_SOURCE",
  "IMAGE_MIRROR",
] as const;

/** Tells whether Towpath sets a build argument itself. */
export function isTowpathsArgument(name: string): boolean {
  return (towpathsArguments as readonly string[]).includes(name);
}

/** The application with an environment's own build arguments, which stand in for those of `application.ts`. */
export function withBuildArguments(application: Application, given: BuildArguments = {}): Application {
  const images = Object.entries(application.images).map(([name, image]) => {
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    if (own === undefined || isReadyMade(image)) return [name, image] as const;
    return [name, { ...image, args: { ...image.args, ...own } }] as const;
  });
  return { ...application, images: Object.fromEntries(images) };
}

/**
 * The problems of an environment's own build arguments: of images that are none, set by Towpath, that no Dockerfile declares,
 * or secret. One that nothing takes is a problem, too: the image would be built with another value than people think.
 */
export function buildArgumentProblems(
  { images, secrets }: Pick<Application, "images" | "secrets">,
  given: BuildArguments,
  { read }: Pick<ProjectFiles, "read">,
): string[] {
  const built = builtImages(images);
  return Object.entries(given).flatMap(([name, values]) => {
    const place = `towpath:buildArgs.${name}`;
    const image = Object.hasOwn(built, name) ? built[name] : undefined;
    if (image === undefined && Object.hasOwn(images, name))
      return [`${place}: the image is ready-made, so that nothing is built; remove it`];
    if (image === undefined)
      return [`${place}: the application has no such image; ${suggestion(name, Object.keys(built))}`];
    const dockerfile = `${image.context}/${image.dockerfile}`;
    const text = read(dockerfile);
    const declared = text === undefined ? undefined : declaredArguments(text);
    return Object.entries(values).flatMap(([argument, value]) => {
      if (isTowpathsArgument(argument))
        return [`${place}.${argument}: Towpath sets this argument itself; remove it`];
      if (Object.hasOwn(secrets, argument))
        return [
          `${place}.${argument}: a secret of the application has this name, and an argument stays readable in the image; let the service read the secret`,
        ];
      if (value.includes("${"))
        return [
          `${place}.${argument}: expected a text without references, got ${show(value)}; write the value itself, and never a secret: it stays readable in the image`,
        ];
      if (declared === undefined || declared.includes(argument) || isBuilders(argument)) return [];
      const meant = nearest(argument, declared);
      const fix = meant === undefined ? `add "ARG ${argument}" there` : `did you mean "${meant}"`;
      return [`${place}.${argument}: ${dockerfile} declares no such argument; ${fix}`];
    });
  });
}

/** The names of the arguments that a Dockerfile declares, in any of its stages. */
export function declaredArguments(dockerfile: string): string[] {
  const names = instructionsOf(dockerfile).flatMap((instruction) => {
    const words = /^\s*ARG\s+(.*)$/is.exec(instruction)?.[1] ?? "";
    return [...words.matchAll(/([A-Za-z_]\w*)(?:=(?:"[^"]*"|'[^']*'|[^\s"'])*)?/g)].map(
      ([, name = ""]) => name,
    );
  });
  return [...new Set(names)];
}

/** Tells whether a builder takes an argument that no Dockerfile declares: https://docs.docker.com/reference/dockerfile/#arg. */
function isBuilders(name: string): boolean {
  return (
    /^(?:https?|ftp|no|all)_proxy$/i.test(name) ||
    name.startsWith("BUILDKIT_") ||
    name === "SOURCE_DATE_EPOCH"
  );
}
