import { delimiter } from "node:path";

/** The variable that names the folder of a provided Node, which PATH begins with. */
export const providedFolder = "TOWPATH_NODE_FOLDER";

/**
 * The environment of the person who started Towpath, for programs of their own: without a Node that is there for Towpath
 * alone.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutProvidedNode(environment) {
  const { [providedFolder]: folder, ...own } = environment;
  if (folder === undefined) return environment;
  const path = (own.PATH ?? "").split(delimiter).filter((entry) => entry !== folder);
  return { ...own, PATH: path.join(delimiter) };
}
