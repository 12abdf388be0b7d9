import { basename, join, relative, resolve } from "node:path";
import type { Application, ImageBuild } from "../../components/application/application.ts";
import { builtImages } from "../../components/application/images.ts";
import { ignoredBy, ignoreFile } from "../../components/image/build-inputs.ts";
import { privatePaths } from "../../components/image/private-files.ts";
import { exampleFile, type Repository } from "./repository.ts";

/**
 * The lines that ignore files of builds lack, by the files' paths from the project: no build may see what is private, and
 * none needs to see the project. Without them, the first start would be refused.
 */
export function missingIgnores(
  { images }: Pick<Application, "images">,
  { root, folder, paths }: Pick<Repository, "root" | "folder" | "paths">,
): Record<string, string[]> {
  const project = join(root, folder);
  const examples = paths.filter((path) => exampleFile.test(path)).map((path) => join(root, path));
  const missing: Record<string, string[]> = {};
  for (const image of Object.values(builtImages(images))) {
    const file = ignoreFile(project, image);
    const lines = new Set([...(missing[file] ?? []), ...linesFor(project, image, examples)]);
    if (lines.size > 0) missing[file] = [...lines].sort();
  }
  return missing;
}

function linesFor(project: string, image: ImageBuild, examples: readonly string[]): string[] {
  const context = resolve(project, image.context);
  const ignores = ignoredBy(project, image);
  const seen = (line: string, inside: string): string[] => (ignores(inside) ? [] : [line]);
  const way = relative(context, project);
  const own =
    way.split("/")[0] === ".."
      ? []
      : way === ""
        ? [...seen("**/.towpath", ".towpath/x"), ...seen("node_modules", "node_modules/x")]
        : seen(way, `${way}/x`);
  const values = examples.flatMap((example) => {
    const file = join(relative(context, example), "..", ".env");
    return file.split("/")[0] === ".." ? [] : seen("**/.env", file);
  });
  const found = privatePaths(project, image).filter((path) => way === "" || !path.startsWith(`${way}/`));
  return [...own, ...values, ...found.map((path) => `**/${basename(path)}`)];
}
