/**
 * Builds the Pulumi CLI, its Node.js language host and its plugins from Go modules: see README.md.
 *
 *     node toolchain/build.mjs [cli | language-nodejs | command | random | github | docker ...]
 */
import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkGo, goBuild } from "./go.mjs";
import { whileLocked } from "./lock.mjs";
import { parts, pinnedVersions, pulumiHome } from "./parts.mjs";

/** @typedef {import("./parts.mjs").Part} Part */

/**
 * @typedef {object} Progress
 * @property {string} part the part's name, such as `cli`
 * @property {"building" | "ready" | "present"} state `present`: it was there already
 * @property {string} version
 * @property {number} seconds since its work began
 * @property {string} [detail] what goes on, while `building`
 */

/**
 * Builds what is missing, one after the other, and reports its progress.
 *
 * Every program is written beside its place and then moved there, so that a program that is there is whole. Of two
 * runs at once, one does the work and the other waits for it.
 *
 * @param {object} [settings]
 * @param {string[]} [settings.names] names of parts; default: all
 * @param {string} [settings.home] default: `PULUMI_HOME`, or `.pulumi` in the home folder
 * @param {(progress: Progress) => void} [settings.onProgress]
 * @param {AbortSignal} [settings.signal] stops the build
 * @throws {Error} an unknown name, no Go or an old one, or a build that failed: one message, meant for people
 */
export async function buildParts({
  names = [],
  home = pulumiHome(),
  onProgress = () => undefined,
  signal,
} = {}) {
  const wanted = chosen(names).map((part) => located(part, home));
  const missing = wanted.filter((one) => !isProgram(one.file));
  for (const one of wanted) {
    if (!missing.includes(one)) report(one, "present");
  }
  if (missing.length === 0) return;
  await checkGo(signal);

  mkdirSync(home, { recursive: true });
  const onWait = () => {
    for (const one of missing) report(one, "building", 0, "another run builds it");
  };
  await whileLocked(join(home, "towpath-toolchain.lock"), { signal, onWait }, async () => {
    for (const one of missing) {
      signal?.throwIfAborted();
      if (isProgram(one.file)) report(one, "present");
      else await buildOne(one);
    }
  });

  /** @param {Located} one */
  async function buildOne({ part, version, file }) {
    const began = Date.now();
    const seconds = () => Math.round((Date.now() - began) / 1000);
    const one = { part, version, file };
    report(one, "building");
    mkdirSync(dirname(file), { recursive: true });
    const unfinished = join(dirname(file), `.${basename(file)}.${process.pid}`);
    removeLeftOvers(file);
    try {
      await goBuild({
        source: part.source,
        variable: part.versionVariable,
        version,
        output: unfinished,
        onDetail: (detail) => {
          report(one, "building", seconds(), detail);
        },
        signal,
      });
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw new Error(`toolchain: cannot build ${part.name} ${version}; ${messageOf(error)}`, {
        cause: error,
      });
    }
    report(one, "ready", seconds());
  }

  /**
   * @param {Located} one
   * @param {Progress["state"]} state
   * @param {number} [seconds]
   * @param {string} [detail]
   */
  function report({ part, version }, state, seconds = 0, detail) {
    onProgress({ part: part.name, state, version, seconds, ...(detail === undefined ? {} : { detail }) });
  }
}

/** @typedef {{ part: Part, version: string, file: string }} Located */

/** @param {Part} part @param {string} home @returns {Located} */
function located(part, home) {
  const version = pinnedVersions()[part.npm];
  if (!version) throw new Error(`package.json: dependencies have no ${part.npm}; npm i -E ${part.npm}`);
  return { part, version, file: part.file(home, version) };
}

/** @param {string[]} names */
function chosen(names) {
  for (const name of names) {
    if (!parts.some((part) => part.name === name)) {
      const known = parts.map((part) => part.name).join(", ");
      throw new Error(`toolchain: nothing called "${name}"; use one of ${known}`);
    }
  }
  return parts.filter((part) => names.length === 0 || names.includes(part.name));
}

/** Removes what builds that were killed have left beside a program. @param {string} file */
function removeLeftOvers(file) {
  for (const name of readdirSync(dirname(file))) {
    if (name.startsWith(`.${basename(file)}.`)) rmSync(join(dirname(file), name), { force: true });
  }
}

/** A file with something in it that may be run. @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).size > 0;
  } catch {
    return false;
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildParts({
      names: process.argv.slice(2),
      onProgress: ({ part, state, version, seconds, detail }) => {
        if (detail !== undefined) return;
        const time = state === "ready" ? ` ${seconds} s` : "";
        console.log(`${part} ${version}: ${state}${time}`);
      },
    });
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
