import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/**
 * Only what the lock names for this machine. npm's `node` package would fetch it in a script at its installation, unlocked;
 * the packages that hold the programs are named instead.
 */
const install = [
  "ci",
  "--ignore-scripts",
  "--include=optional",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];

/** The variables by which an npm above this process describes its own folder and call. */
const aboutElsewhere =
  /^npm_(package_|lifecycle_|config_(local_)?prefix|config_global$|config_(workspace|omit|include|dry))/i;

/**
 * @typedef {object} Tools
 * @property {(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv) => { succeeded: boolean, output: string }} run
 *   runs npm
 * @property {(line: string) => void} say
 * @property {NodeJS.ProcessEnv} [environment]
 * @property {{ version: string, platform: string, arch: string }} [machine] this machine by default
 */

/**
 * Provides the Node that a lock file names for this machine, and returns its program; or the reason why there is none,
 * and another program's message about it.
 *
 * npm installs it, checked by the lock's hash, into a folder of this user that all projects share. What is there is whole:
 * it gets its name when it has run once. It stands alone in its folder, so that a PATH may begin with that.
 *
 * @param {string} lockFolder the folder of `package.json` and `package-lock.json`
 * @param {Tools} tools
 * @returns {{ program: string } | { why: string, said: string }}
 */
export function provideNode(lockFolder, { run, say, environment = process.env, machine = thisMachine() }) {
  const { version, platform, arch } = machine;
  const named = packageFor(lockFolder, platform, arch);
  if (named === undefined) {
    return { why: `there is none to provide for ${platform} on ${arch}`, said: "" };
  }
  const folder = join(cacheFolder(environment), `${named.name}-${named.version}`);
  const program = join(folder, "node");
  if (existsSync(program)) return { program };

  const step = `installing Node ${named.version} for Towpath (this machine's is ${version}) …`;
  say(step);
  const started = Date.now();
  let part;
  try {
    part = newPart(cacheFolder(environment));
  } catch (error) {
    return { why: "no other one could be kept (the reason is above)", said: wordsOf(error) };
  }
  try {
    for (const file of ["package.json", "package-lock.json"]) {
      copyFileSync(join(lockFolder, file), join(part, file));
    }
    const own = Object.entries(environment).filter(([name]) => !aboutElsewhere.test(name));
    const { succeeded, output } = run(part, install, Object.fromEntries(own));
    const installed = join(part, "node_modules", named.name, "bin", "node");
    // npm leaves out without a word what could not be fetched: it has to be optional.
    if (!succeeded || !existsSync(installed)) {
      return { why: "npm could not install another one (its own words are above)", said: output };
    }
    const whole = join(part, "whole");
    mkdirSync(whole);
    renameSync(installed, join(whole, "node"));
    execFileSync(join(whole, "node"), ["--version"], { encoding: "utf8", stdio: "pipe" });
    renameSync(whole, folder);
  } catch (error) {
    // Another process may have been faster: a folder that is not empty is not replaced.
    if (!existsSync(program)) {
      return {
        why: "the one that npm installed does not run here (the reason is above)",
        said: wordsOf(error),
      };
    }
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  say(`${step} done in ${Math.round((Date.now() - started) / 1000)} s`);
  return { program };
}

function thisMachine() {
  return { version: process.versions.node, platform: process.platform, arch: process.arch };
}

/**
 * The package of a lock file that is for a platform.
 *
 * @param {string} lockFolder
 * @param {string} platform
 * @param {string} arch
 */
function packageFor(lockFolder, platform, arch) {
  /** @type {unknown} */
  const lock = JSON.parse(readFileSync(join(lockFolder, "package-lock.json"), "utf8"));
  const { packages } =
    /** @type {{ packages: Record<string, { version: string, os?: unknown, cpu?: unknown }> }} */ (lock);
  for (const [path, { version, os, cpu }] of Object.entries(packages)) {
    if ([os].flat().includes(platform) && [cpu].flat().includes(arch))
      return { name: basename(path), version };
  }
  return undefined;
}

/** @param {NodeJS.ProcessEnv} environment */
function cacheFolder(environment) {
  const { XDG_CACHE_HOME: given = "" } = environment;
  return join(given === "" ? join(homedir(), ".cache") : given, "towpath", "nodes");
}

/**
 * Makes a folder for what is not whole yet, and removes those that killed runs have left.
 *
 * @param {string} cache
 */
function newPart(cache) {
  mkdirSync(cache, { recursive: true });
  const anHourAgo = Date.now() - 3600_000;
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const left =
      name.startsWith("part-") &&
      (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < anHourAgo;
    if (left) rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(cache, "part-"));
}

/** The message of a program that failed, or of the system. @param {unknown} error */
function wordsOf(error) {
  const { stderr = "", message } = /** @type {{ stderr?: string, message: string }} */ (error);
  return stderr.trim() === "" ? message : stderr.trim();
}
