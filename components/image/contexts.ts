import { realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Application } from "../application/application.ts";
import { builtImages } from "../application/images.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { repositoryOf } from "../naming/read-workspace.ts";
import { privateFileProblems } from "./private-files.ts";

/**
 * Makes sure that builds see what is in the project's repository, and nothing private.
 *
 * @throws InputError that names what one would see
 */
export function checkContexts(application: Pick<Application, "images">, root = process.cwd()): void {
  const outside = outsideProblems(root, application);
  // A context that is too wide may be a whole disk: it is not looked through.
  const problems = outside.length > 0 ? outside : privateFileProblems(root, application);
  if (problems.length > 0) throw new InputError(problems);
}

/** The problems of contexts, Dockerfiles and mounted folders that lie outside of the git repository, or of the project without one. */
export function outsideProblems(root: string, { images }: Pick<Application, "images">): string[] {
  const project = realpathSync.native(root);
  const repository = repositoryOf(project);
  const fix =
    repository === undefined
      ? `name one within ${project}, or make a git repository above both, there is none`
      : `name one within ${repository}`;
  return Object.entries(builtImages(images)).flatMap(([name, { context, dockerfile, dev }]) =>
    [
      ["context", context, context],
      ["dockerfile", dockerfile, join(context, dockerfile)],
      ...Object.keys(dev?.mounts ?? {}).map(
        (mounted) => [`dev.mounts.${mounted}`, mounted, mounted] as const,
      ),
    ].flatMap(([field = "", written, path = ""]) =>
      isWithin(repository ?? project, resolve(project, path))
        ? []
        : [`images.${name}.${field}: outside of the project's git repository, got ${show(written)}; ${fix}`],
    ),
  );
}

function isWithin(folder: string, path: string): boolean {
  return relative(folder, path).split("/")[0] !== "..";
}
