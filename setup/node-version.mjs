/** The oldest Node that Towpath runs on: the same as `engines` in package.json. */
export const oldestNode = { major: 20, minor: 19 };

/**
 * Says why this version of Node cannot be used, or null when it can.
 *
 * Read by old versions too: no syntax here that they do not know.
 *
 * @param {string} version such as `20.19.0`
 * @returns {string | null}
 */
export function nodeProblem(version) {
  const parts = version.split(".").map(Number);
  const major = Number(parts[0]);
  const newEnough =
    major > oldestNode.major || (major === oldestNode.major && Number(parts[1]) >= oldestNode.minor);
  if (newEnough) return null;
  const oldest = [oldestNode.major, oldestNode.minor].join(".");
  return (
    "node: version " +
    oldest +
    " or newer is needed, got " +
    version +
    "; install one from https://nodejs.org or with your version manager"
  );
}
