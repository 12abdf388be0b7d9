import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { debian } from "./recipes.mjs";
import { run } from "./command.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */

const authorities = "/usr/local/share/ca-certificates";

/**
 * The certificates that this machine trusts beyond Debian's own: files of `update-ca-certificates`.
 *
 * Networks whose proxy inspects TLS have them; builds inside an image need them as well.
 *
 * @returns {string[]} paths
 */
export function extraCertificates() {
  try {
    return readdirSync(authorities, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".crt"))
      .sort()
      .map((name) => join(authorities, name));
  } catch {
    return [];
  }
}

/**
 * The hash of everything that an image is made of, short enough to read: 16 hex digits.
 *
 * The package mirror does not count: it is where packages come from, not what they are.
 *
 * @param {Recipe} recipe
 */
export function hashOf(recipe) {
  const { from, ...own } = recipe;
  const hash = createHash("sha256").update(JSON.stringify(own)).update(process.arch);
  addFolder(hash, folderOf(recipe));
  if (from) hash.update(hashOf(from));
  if (recipe === debian) {
    for (const path of extraCertificates()) hash.update(readFileSync(path));
    hash.update(readFileSync(join(import.meta.dirname, "debian.mjs")));
  }
  return hash.digest("hex").slice(0, 16);
}

/** @param {Recipe} recipe */
export function folderOf(recipe) {
  return join(import.meta.dirname, recipe.name);
}

/** @param {import("node:crypto").Hash} hash @param {string} folder */
function addFolder(hash, folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const isExecutable = (statSync(path).mode & 0o100) !== 0;
    hash.update(`\0${name}\0${isExecutable}\0`).update(readFileSync(path));
  }
}

/**
 * The Debian archives that this machine installs from, as lines of sources.list for bookworm; other vendors' are left out.
 *
 * Empty on a machine that is no Debian: Debian's own servers are used then.
 */
export async function debianArchives() {
  const format = "$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)";
  const list = () => run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  let targets = await list();
  if (!targets.includes("Debian|")) {
    // Who publishes an archive is known once its index was read.
    await run("apt-get", ["update"]);
    targets = await list();
  }
  const lines = targets.split("\n").flatMap((target) => {
    const [origin, , address = "", release = "", component] = target.split("|");
    if (origin !== "Debian" || component !== "main" || !/^https?:/.test(address)) return [];
    const kind = /^[a-z]+(-updates|-security|\/updates)?$/.exec(release);
    if (!kind) return [];
    return [`deb ${address} bookworm${(kind[1] ?? "").replace("/updates", "-security")} main`];
  });
  return [...new Set(lines)];
}
