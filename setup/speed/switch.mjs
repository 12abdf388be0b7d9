import process from "node:process";

/**
 * Tells whether what is only there to be fast is used: always, unless `TOWPATH_FAST=false` asks for the plain way, to
 * find out whether a fault lies in one of these. docs/architecture.md lists them.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
export function isFast(environment = process.env) {
  return environment.TOWPATH_FAST !== "false";
}
