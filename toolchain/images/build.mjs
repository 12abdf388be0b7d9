/**
 * Builds the image mirror: see README.md.
 *
 *     node toolchain/images/build.mjs [--prefix name] [image ...]
 */
import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./command.mjs";
import { inspectImages, removeLeftOvers } from "./engine.mjs";
import { whileLocked } from "./lock.mjs";
import { buildAll, secondsSince } from "./queue.mjs";
import { defaultPrefix, recipes, reference } from "./recipes.mjs";
import { hashOf } from "./sources.mjs";

export { defaultPrefix } from "./recipes.mjs";

/* global AbortController, AbortSignal */

/** @typedef {import("./recipes.mjs").Recipe} Recipe */

/**
 * @typedef {object} Progress
 * @property {string} image the image's name, such as `postgres`
 * @property {"building" | "ready" | "present"} state `present`: it was there already
 * @property {number} seconds since its work began
 */

/**
 * @typedef {object} Build what the steps of a build share
 * @property {string} prefix
 * @property {string} folder for temporary files, removed in the end
 * @property {number} lock
 * @property {AbortSignal} signal
 */

const temporary = "towpath-images-";

/**
 * Builds what is missing or was made of other sources, and reports its progress.
 *
 * Of two runs at once, one does the work; what a killed run left, the next one removes.
 *
 * @param {object} [settings]
 * @param {string[]} [settings.images] names; default: all but those that few environments use
 * @param {string} [settings.prefix] stands for Docker Hub; default: `mirror.towpath.internal`
 * @param {(progress: Progress) => void} [settings.onProgress]
 * @param {AbortSignal} [settings.signal] stops the build
 * @throws {Error} an unknown name, a missing tool, or a build that failed: one message, meant for people
 */
export async function buildImages({
  images = [],
  prefix = defaultPrefix,
  onProgress = () => undefined,
  signal,
} = {}) {
  const wanted = chosen(images);
  const { present, missing } = await compare(wanted, prefix);
  for (const { name } of present) onProgress({ image: name, state: "present", seconds: 0 });
  if (missing.length === 0) return;

  const stop = new AbortController();
  const signals = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const began = Date.now();
  const onWait = () => {
    for (const { name } of missing) onProgress({ image: name, state: "building", seconds: 0 });
  };
  await whileLocked({ signal: signals, onWait }, async (lock) => {
    const now = await compare(missing, prefix);
    for (const { name } of now.present)
      onProgress({ image: name, state: "ready", seconds: secondsSince(began) });
    const folder = temporaryFolder();
    try {
      await removeStale(folder);
      await buildAll(
        now.missing,
        { prefix, folder, lock, signal: signals },
        () => {
          stop.abort();
        },
        onProgress,
      );
    } finally {
      await removeLeftOvers(now.replaced, lock).catch(() => undefined);
      await removeFolder(folder);
    }
  });
}

/**
 * The images that `buildImages` would build.
 *
 * @param {string} [prefix]
 * @returns {Promise<string[]>} their references
 * @throws {Error} when no engine answers
 */
export async function missingImages(prefix = defaultPrefix) {
  const { missing } = await compare(chosen([]), prefix);
  return missing.map((recipe) => reference(recipe, prefix));
}

/** The images of these names, else all that are not seldom used, and those below them. @param {string[]} names @returns {Recipe[]} */
function chosen(names) {
  const known = recipes.map((recipe) => recipe.name);
  for (const name of names) {
    if (!known.includes(name)) {
      throw new Error(`image: unknown, got "${name}"; use one of ${known.join(", ")}`);
    }
  }
  /** @type {Set<Recipe>} */
  const wanted = new Set();
  for (const recipe of recipes) {
    if (names.length > 0 ? !names.includes(recipe.name) : recipe.seldom) continue;
    for (let part = /** @type {Recipe | undefined} */ (recipe); part; part = part.from) wanted.add(part);
  }
  return recipes.filter((recipe) => wanted.has(recipe));
}

/** Sorts images by whether the engine has them as their sources are now. @param {Recipe[]} wanted @param {string} prefix */
async function compare(wanted, prefix) {
  const found = await inspectImages(wanted.map((recipe) => reference(recipe, prefix)));
  /** @type {Recipe[]} */
  const present = [];
  /** @type {Recipe[]} */
  const missing = [];
  /** @type {string[]} */
  const replaced = [];
  for (const recipe of wanted) {
    const image = found.get(reference(recipe, prefix));
    if (image?.hash === hashOf(recipe)) present.push(recipe);
    else {
      missing.push(recipe);
      if (image) replaced.push(image.id);
    }
  }
  return { present, missing, replaced };
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), temporary));
  // apt's own user has to reach what is below.
  chmodSync(folder, 0o711);
  return folder;
}

/** Removes what runs that were killed left behind; the lock shows that they are over. @param {string} own */
async function removeStale(own) {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (name.startsWith(temporary) && folder !== own) await removeFolder(folder);
  }
}

/** @param {string} folder */
async function removeFolder(folder) {
  // Never into something that is mounted there: a killed mmdebstrap may have left its /dev.
  await run("rm", ["--recursive", "--force", "--one-file-system", folder]);
}

async function main() {
  const stop = new AbortController();
  for (const name of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.once(name, () => {
      stop.abort();
    });
  try {
    const { values, positionals } = parseArgs({
      options: { prefix: { type: "string", default: defaultPrefix } },
      allowPositionals: true,
    });
    await buildImages({
      images: positionals,
      prefix: values.prefix,
      signal: stop.signal,
      onProgress: ({ image, state, seconds }) => {
        console.log(`${image}: ${state}${seconds > 0 ? `, ${seconds} s` : ""}`);
      },
    });
  } catch (error) {
    if (stop.signal.aborted) console.error("stopped");
    else console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) await main();
