/**
 * The oldest Node that Towpath runs on, the first that runs TypeScript by itself, and the oldest of those after it: the same
 * as `engines` in package.json. Between the two are versions that never had long-term support.
 */
export const oldestNode = { major: 22, minor: 18, next: 24 };

/** The oldest Node that reads the rest of setup/, and whose npm reads a lock file of today. */
const oldestProvider = 16;

/**
 * Decides what to do with the Node of a version: `run` Towpath on it, `provide` another one with it, or `refuse` it.
 *
 * Read by old versions too: no syntax here that they do not know.
 *
 * @param {string} version such as `22.18.0`
 * @returns {"run" | "provide" | "refuse"}
 */
export function useOf(version) {
  const parts = version.split(".").map(Number);
  const major = Number(parts[0]);
  if (major >= oldestNode.next) return "run";
  if (major === oldestNode.major && Number(parts[1]) >= oldestNode.minor) return "run";
  return major >= oldestProvider ? "provide" : "refuse";
}

/**
 * Explains why this version of Node cannot be used.
 *
 * @param {string} version
 * @param {string} [why] why no other one was provided
 * @returns {string}
 */
export function nodeProblem(version, why) {
  const oldest = [oldestNode.major, oldestNode.minor].join(".");
  return (
    "node: version " +
    oldest +
    ", or " +
    String(oldestNode.next) +
    " and newer, is needed, got " +
    version +
    (why ? ", and " + why : "") +
    "; install one from https://nodejs.org or with your version manager"
  );
}
