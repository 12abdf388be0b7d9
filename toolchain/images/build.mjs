/**
 * Builds the image mirror: see README.md.
 *
 *     node toolchain/images/build.mjs [image ...]
 */
import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDebian } from "./debian.mjs";
import { run } from "./command.mjs";
import { inspectImages, label, removeLeftOvers } from "./engine.mjs";
import { whileLocked } from "./lock.mjs";
import { gatherParts } from "./parts.mjs";
import { recipes, reference } from "./recipes.mjs";
import { hashOf } from "./sources.mjs";

export { prefix } from "./recipes.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */

/**
 * @typedef {object} Progress
 * @property {string} image the image's name, such as `postgres`
 * @property {"building" | "ready" | "present"} state `present`: it was there already
 * @property {number} seconds since its work began
 */

/**
 * @typedef {object} Build what the steps of a build share
 * @property {string} folder for temporary files, removed in the end
 * @property {number} lock
 * @property {AbortSignal} signal
 */

/** How many images are built at a time. */
const atATime = 2;

const temporary = "towpath-images-";

/**
 * Builds what is missing or was made of other sources, and says so as it happens.
 *
 * Of two runs at once, one does the work; what a killed run left, the next one removes.
 *
 * @param {object} [settings]
 * @param {string[]} [settings.images] names; default: all
 * @param {(progress: Progress) => void} [settings.onProgress]
 * @param {AbortSignal} [settings.signal] stops the build
 * @throws {Error} an unknown name, a missing tool, or a build that failed: one message, meant for people
 */
export async function buildImages({ images = [], onProgress = () => undefined, signal } = {}) {
  const wanted = chosen(images);
  const { present, missing } = await compare(wanted);
  for (const { name } of present) onProgress({ image: name, state: "present", seconds: 0 });
  if (missing.length === 0) return;

  const stop = new AbortController();
  const signals = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const began = Date.now();
  const onWait = () => {
    for (const { name } of missing) onProgress({ image: name, state: "building", seconds: 0 });
  };
  await whileLocked({ signal: signals, onWait }, async (lock) => {
    const now = await compare(missing);
    for (const { name } of now.present) onProgress({ image: name, state: "ready", seconds: since(began) });
    const folder = temporaryFolder();
    try {
      await removeStale(folder);
      await buildAll(now.missing, { folder, lock, signal: signals }, stop, onProgress);
    } finally {
      await removeLeftOvers(now.replaced, lock);
      await removeFolder(folder);
    }
  });
}

/** The images of these names and those below them. @param {string[]} names @returns {Recipe[]} */
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
    if (names.length > 0 && !names.includes(recipe.name)) continue;
    for (let part = /** @type {Recipe | undefined} */ (recipe); part; part = part.from) wanted.add(part);
  }
  return recipes.filter((recipe) => wanted.has(recipe));
}

/** Sorts images by whether the engine has them as their sources are now. @param {Recipe[]} wanted */
async function compare(wanted) {
  const found = await inspectImages(wanted.map(reference));
  /** @type {Recipe[]} */
  const present = [];
  /** @type {Recipe[]} */
  const missing = [];
  /** @type {string[]} */
  const replaced = [];
  for (const recipe of wanted) {
    const image = found.get(reference(recipe));
    if (image?.hash === hashOf(recipe)) present.push(recipe);
    else {
      missing.push(recipe);
      if (image) replaced.push(image.id);
    }
  }
  return { present, missing, replaced };
}

/**
 * @param {Recipe[]} queue
 * @param {Build} build
 * @param {AbortController} stop ends the other work when one image fails
 * @param {(progress: Progress) => void} onProgress
 */
async function buildAll(queue, build, stop, onProgress) {
  const waiting = [...queue];
  /** @type {unknown[]} the first is the cause, the others were stopped because of it */
  const failures = [];
  const ready = new Map(queue.map((recipe) => [recipe, signalOfOneImage()]));

  const work = async () => {
    for (let recipe = waiting.shift(); recipe; recipe = waiting.shift()) {
      const began = Date.now();
      const image = recipe.name;
      onProgress({ image, state: "building", seconds: 0 });
      try {
        // An image that is not in the queue was there before.
        await buildOne(recipe, build, recipe.from && ready.get(recipe.from)?.promise);
      } catch (error) {
        failures.push(error);
        waiting.length = 0;
        stop.abort();
        for (const { giveUp } of ready.values()) giveUp(error);
        return;
      }
      ready.get(recipe)?.announce();
      onProgress({ image, state: "ready", seconds: since(began) });
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  if (failures.length > 0) throw failures[0];
}

/** What the images above wait for. */
function signalOfOneImage() {
  let announce = () => {};
  /** @type {(reason: unknown) => void} */
  let giveUp = () => {};
  const promise = /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      announce = () => resolve(undefined);
      giveUp = reject;
    })
  );
  // Perhaps nobody waits for it.
  promise.catch(() => undefined);
  return { promise, announce, giveUp };
}

/** @param {Recipe} recipe @param {Build} build @param {Promise<void> | undefined} imageBelow */
async function buildOne(recipe, build, imageBelow) {
  const hash = hashOf(recipe);
  if (!recipe.from) {
    await buildDebian(build, hash);
    return;
  }
  const context = await gatherParts(recipe, build);
  await imageBelow;
  const args = { ...recipe.args, ...proxyArguments(), BASE: reference(recipe.from) };
  await run(
    "docker",
    [
      "build",
      "--force-rm",
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...["--label", `${label}=${hash}`],
      ...["--tag", reference(recipe)],
      context,
    ],
    { lock: build.lock, signal: build.signal },
  );
}

/** The proxy of this machine, which builds need as well; Docker keeps these arguments out of the image. */
function proxyArguments() {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), temporary));
  // apt's own user has to reach what is below.
  chmodSync(folder, 0o711);
  return folder;
}

/** Removes what runs that were killed left behind; the lock says that they are over. @param {string} own */
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

/** Whole seconds. @param {number} began */
function since(began) {
  return Math.round((Date.now() - began) / 1000);
}

async function main() {
  const stop = new AbortController();
  for (const name of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.once(name, () => stop.abort());
  try {
    await buildImages({
      images: process.argv.slice(2),
      signal: stop.signal,
      onProgress: ({ image, state, seconds }) => console.log(`${image}: ${state}${seconds > 0 ? `, ${seconds} s` : ""}`),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main();
