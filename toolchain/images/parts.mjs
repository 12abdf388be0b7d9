import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { MissingCommandError, run } from "./command.mjs";
import { provide } from "./machine.mjs";
import { folderOf } from "./sources.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */
/** @typedef {import("./recipes.mjs").GoProgram} GoProgram */
/** @typedef {import("./build.mjs").Build} Build */

/**
 * Makes the folder that `docker build` is given: the image's own, plus `files/` with what is made or fetched on this
 * machine.
 *
 * @param {Recipe} recipe
 * @param {Build} build
 * @returns {Promise<string>} the folder
 */
export async function gatherParts(recipe, build) {
  const context = join(build.folder, recipe.name);
  cpSync(folderOf(recipe), context, { recursive: true });
  if (recipe.go) await addGoProgram(recipe.go, context, build);
  if (recipe.npm) await addNode(recipe.npm.node, context, build);
  return context;
}

/** @param {GoProgram} program @param {string} context @param {Build} build */
async function addGoProgram(program, context, { lock, signal }) {
  const { module, version, folder, moduleFiles = [], capability } = program;
  const files = join(context, "files");
  const target = join(files, folder);
  mkdirSync(target, { recursive: true });
  // Static, without debugging information, the same from every machine, and of what the image's go.mod and go.sum name.
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" };
  /** @param {string[]} args */
  const go = ([command = "", ...args]) =>
    run("go", [command, "-mod=readonly", ...args], { cwd: context, env, lock, signal });
  const ldflags = `-s -w -X ${program.versionVariable}=${version}`;
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", ldflags];
  try {
    await go(["build", ...flags, "-o", `${target}/`, `${module}/${program.command}`]);
    if (moduleFiles.length > 0) {
      const source = (await go(["list", "-m", "-f", "{{.Dir}}", module])).trim();
      for (const name of moduleFiles) {
        copyFileSync(join(source, name), join(target, name));
        // Modules do not keep the bit that makes a file a program.
        chmodSync(join(target, name), 0o755);
      }
    }
  } catch (error) {
    throw explained(error, "go: not found; install Go from https://go.dev/dl");
  }
  if (capability) {
    await provide("setcap", "libcap2-bin", { lock, signal });
    await run("setcap", [capability, join(target, basename(program.command))], { lock, signal });
    const archive = join(context, "files.tar");
    const withCapabilities = ["--xattrs", "--xattrs-include=security.capability"];
    await run("tar", ["--create", ...withCapabilities, "--file", archive, "--directory", files, "."], {
      lock,
      signal,
    });
    rmSync(files, { recursive: true });
  }
}

/** @param {string} nodePackage @param {string} context @param {Build} build */
async function addNode(nodePackage, context, { lock, signal }) {
  // What an npm above this process put into the environment is about another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  try {
    await run("npm", ["ci", ...quiet], { cwd: context, env, lock, signal });
  } catch (error) {
    throw explained(error, "npm: not found; install it with Node from https://nodejs.org");
  }
  const packages = join(context, "node_modules");
  const node = join(packages, nodePackage, "bin", "node");
  // npm leaves out without a word what is for another processor or could not be fetched: it has to be optional.
  if (!existsSync(node)) throw new Error(notInstalled(nodePackage));
  const files = join(context, "files");
  for (const part of ["bin", "lib/node_modules"]) mkdirSync(join(files, part), { recursive: true });
  renameSync(node, join(files, "bin", "node"));
  renameSync(join(packages, "npm"), join(files, "lib", "node_modules", "npm"));
  rmSync(packages, { recursive: true });
  renameSync(join(context, "docker-entrypoint.sh"), join(files, "bin", "docker-entrypoint.sh"));
  symlinkSync("node", join(files, "bin", "nodejs"));
  for (const name of ["npm", "npx"]) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(files, "bin", name));
  }
}

/** @param {string} nodePackage */
function notInstalled(nodePackage) {
  return `${nodePackage}: npm has not installed it, got no program "node" in it; run the command again, and look whether npm's registry has it for this processor`;
}

/** @param {unknown} error @param {string} instead the message for a program that is not there */
function explained(error, instead) {
  return error instanceof MissingCommandError ? new Error(instead, { cause: error }) : error;
}
