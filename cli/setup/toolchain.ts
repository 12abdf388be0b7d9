import { Problem } from "../problem.ts";

/** Builds one part of Pulumi, `cli` or a plugin, from its module into its folder. */
export function buildPart(part: string): Promise<void> {
  return Promise.reject(new Problem(`toolchain: cannot build ${part} yet`));
}
