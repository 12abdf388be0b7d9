import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { InputError } from "../input/input-error.ts";

/**
 * Towpath's own folder, as seen from a project's: `.` in a clone of Towpath, else `node_modules/towpath` of the project or of a
 * folder above it.
 *
 * States keep how steps are started. So it is relative, the same on every machine, and goes by the name in node_modules,
 * which may be a link to a folder with a version in its name.
 *
 * @throws InputError when the package is not installed there
 */
export function towpathFolder(project = process.cwd()): string {
  if (existsSync(join(project, "setup/bootstrap.mjs"))) return ".";
  for (let folder = project; ; folder = dirname(folder)) {
    const installed = join(folder, "node_modules/towpath");
    if (existsSync(join(installed, "package.json"))) return relative(project, installed);
    if (folder !== dirname(folder)) continue;
    throw new InputError([
      `towpath: expected the package in node_modules of ${project} or above, got none; npm install --save-exact towpath`,
    ]);
  }
}
