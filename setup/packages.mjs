import { createHash } from "node:crypto";
import { lstatSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Install scripts stay off: those of the @pulumi packages download plugins, which set-up does itself and knows another
 * way for, and no other package needs its script (esbuild's binary is a package of its own, protobufjs only warns).
 */
const install = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"];

/**
 * Makes `node_modules` match package-lock.json. Returns the problem, or null.
 *
 * A stamp inside `node_modules` remembers the lock file it was made from. npm removes the folder before it installs, and
 * the stamp with it, so a run that is killed half-way is repeated by the next one.
 *
 * @param {string} root the project's folder
 * @param {{
 *   run: (root: string, args: readonly string[]) => { succeeded: boolean, output: string },
 *   say: (line: string) => void,
 * }} tools
 * @returns {string | null}
 */
export function installPackages(root, { run, say }) {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = createHash("sha256").update(lock).digest("hex");
  const folder = join(root, "node_modules");
  const stampFile = join(folder, ".towpath-stamp");
  if (read(stampFile) === stamp) return null;

  if (!matches(lock, read(join(folder, ".package-lock.json")))) {
    // npm would empty the folder behind a link, which is another clone's.
    if (isLink(folder)) return linkedElsewhere(realpathSync(folder));
    say("installing npm packages …");
    const started = Date.now();
    const result = run(root, install);
    if (!result.succeeded) {
      return `${result.output}\n\nnpm: the packages could not be installed (npm's own words are above); repair that and run the command again`;
    }
    say(`installing npm packages … done in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  writeFileSync(stampFile, stamp);
  return null;
}

/** @param {string} target */
function linkedElsewhere(target) {
  return `npm: node_modules must match package-lock.json, got a link to ${target}, which does not; remove the link, or run npm ci where it points`;
}

/** @param {string} path */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/**
 * Tells whether npm itself recorded, at the end of an installation, that it put there what the lock file asks for: then
 * a person ran `npm install`, and there is nothing to do.
 *
 * @param {string} lock
 * @param {string | null} installed npm's own record in node_modules
 */
function matches(lock, installed) {
  if (installed === null) return false;
  const wanted = packagesIn(lock);
  const present = packagesIn(installed);
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" ||
      (present[path] === undefined ? entry.optional === true : present[path].version === entry.version),
  );
}

/**
 * @param {string} lock
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(lock) {
  /** @type {unknown} */
  const file = JSON.parse(lock);
  return /** @type {{ packages: ReturnType<typeof packagesIn> }} */ (file).packages;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
