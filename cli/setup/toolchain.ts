import { Problem } from "../problem.ts";

/** Builds one part of Pulumi, `cli` or a plugin, from its module into its folder. */
export function buildPart(
  _project: Project,
  part: string,
  _onProgress: (line: string) => void,
): Promise<void> {
  return Promise.reject(new Problem(`toolchain: cannot build ${part} yet`));
}
