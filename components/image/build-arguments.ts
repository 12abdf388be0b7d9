import type { Application } from "../application/application.ts";
import { buildArgumentProblems, type BuildArguments } from "../application/build-arguments.ts";
import { InputError } from "../input/input-error.ts";
import { projectFiles } from "./build-inputs.ts";

/**
 * Makes sure that an environment's own build arguments are of images that take them.
 *
 * @throws InputError with all that do not
 */
export function checkBuildArguments(
  application: Pick<Application, "images" | "secrets">,
  given: BuildArguments = {},
  root = process.cwd(),
): void {
  const problems = buildArgumentProblems(application, given, projectFiles(root));
  if (problems.length > 0) throw new InputError(problems);
}
