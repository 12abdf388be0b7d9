import { CommandError, run } from "./command.mjs";

/** Says what an image was made of: a hash of its sources, or `building` on the steps of a build under way. */
export const label = "towpath.mirror";

/** @typedef {{ id: string, hash: string }} Present */

/**
 * The images among these that the engine has.
 *
 * @param {string[]} references
 * @returns {Promise<Map<string, Present>>}
 */
export async function inspectImages(references) {
  const format = `{{json .RepoTags}} {{.Id}} {{index .Config.Labels "${label}"}}`;
  const output = await run("docker", ["image", "inspect", "--format", format, ...references]).catch(
    (/** @type {unknown} */ error) => {
      // It prints what it finds, and fails when anything is missing.
      if (error instanceof CommandError && isOnlyMissing(error.stderr)) return error.stdout;
      throw error;
    },
  );
  /** @type {Map<string, Present>} */
  const present = new Map();
  for (const line of output.split("\n").filter(Boolean)) {
    const [tags = "[]", id = "", hash = ""] = line.split(" ");
    for (const tag of /** @type {string[]} */ (JSON.parse(tags))) {
      if (references.includes(tag)) present.set(tag, { id, hash });
    }
  }
  return present;
}

/** @param {string} stderr */
function isOnlyMissing(stderr) {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 0 && lines.every((line) => /no such image/i.test(line));
}

/**
 * Removes images that new ones replaced, and the steps that finished or broken builds left without a name.
 *
 * An image that has another name by now, or is still used by a container, stays.
 *
 * @param {string[]} replaced
 * @param {number} lock
 */
export async function removeLeftOvers(replaced, lock) {
  for (const id of replaced) {
    const inspect = ["image", "inspect", "--format", "{{len .RepoTags}}", id];
    const names = await run("docker", inspect, { lock }).catch(() => "gone");
    if (names.trim() === "0") await run("docker", ["image", "rm", id], { lock }).catch(() => undefined);
  }
  await run("docker", ["image", "prune", "--force", "--filter", `label=${label}=building`], { lock });
}
