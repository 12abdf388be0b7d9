import { spawnSync } from "node:child_process";

/**
 * Runs npm to its end: the one that started us when there is one, so that both are of the same version.
 *
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {{ succeeded: boolean, output: string }}
 */
export function runNpm(folder, args, environment = process.env) {
  const own = environment.npm_execpath;
  const [command, ...first] =
    own !== undefined && /[\\/]npm-cli\.js$/.test(own) ? [process.execPath, own] : ["npm"];
  const result = spawnSync(command, [...first, ...args], {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (result.error) return { succeeded: false, output: result.error.message };
  return { succeeded: result.status === 0, output: (result.stdout + result.stderr).trim() };
}
