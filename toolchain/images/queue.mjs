import { run } from "./command.mjs";
import { buildDebian } from "./debian.mjs";
import { label } from "./engine.mjs";
import { gatherParts } from "./parts.mjs";
import { reference } from "./recipes.mjs";
import { hashOf } from "./sources.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */
/** @typedef {import("./build.mjs").Build} Build */
/** @typedef {import("./build.mjs").Progress} Progress */

/** The number of images that are built at a time. */
const atATime = 2;

/**
 * Builds these images in their order, each after the one below it.
 *
 * @param {Recipe[]} recipes
 * @param {Build} build
 * @param {() => void} stop is called when an image fails, and ends the work on the others
 * @param {(progress: Progress) => void} onProgress
 * @throws {Error} the first failure
 */
export async function buildAll(recipes, build, stop, onProgress) {
  const slots = countSlots(atATime);
  /** @type {unknown[]} */
  const failures = [];
  /** @type {Map<Recipe | undefined, Promise<void>>} */
  const tasks = new Map();

  /** @param {Recipe} recipe */
  const buildInTurn = async (recipe) => {
    await slots.enter();
    try {
      build.signal.throwIfAborted();
      const began = Date.now();
      onProgress({ image: recipe.name, state: "building", seconds: 0 });
      // An image that has no task is there already.
      await buildOne(recipe, build, () => tasks.get(recipe.from) ?? Promise.resolve());
      onProgress({ image: recipe.name, state: "ready", seconds: secondsSince(began) });
    } catch (error) {
      failures.push(error);
      stop();
      throw error;
    } finally {
      slots.leave();
    }
  };
  for (const recipe of recipes) tasks.set(recipe, buildInTurn(recipe));
  await Promise.allSettled(tasks.values());
  if (failures.length > 0) throw failures[0];
}

/** @param {Recipe} recipe @param {Build} build @param {() => Promise<void>} belowIsReady */
async function buildOne(recipe, build, belowIsReady) {
  const hash = hashOf(recipe);
  if (!recipe.from) {
    await buildDebian(build, hash);
    return;
  }
  const context = await gatherParts(recipe, build);
  await belowIsReady();
  const { prefix, lock, signal } = build;
  const args = { ...recipe.args, ...proxyArguments(), BASE: reference(recipe.from, prefix) };
  await run(
    "docker",
    [
      "build",
      "--force-rm",
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...["--label", `${label}=${hash}`],
      ...["--tag", reference(recipe, prefix)],
      context,
    ],
    { lock, signal },
  );
}

/** The proxy of this machine, which builds need as well; Docker keeps these arguments out of the image. */
function proxyArguments() {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** @param {number} free */
function countSlots(free) {
  /** @type {(() => void)[]} */
  const waiting = [];
  return {
    /** @returns {Promise<void>} */
    enter: () =>
      new Promise((resolve) => {
        free -= 1;
        if (free >= 0) resolve();
        else waiting.push(resolve);
      }),
    leave: () => {
      free += 1;
      waiting.shift()?.();
    },
  };
}

/** The whole seconds since then. @param {number} began */
export function secondsSince(began) {
  return Math.round((Date.now() - began) / 1000);
}
