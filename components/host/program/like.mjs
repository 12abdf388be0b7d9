/** What makes a container a copy of a service, as the engine tells it: for steps and for programs on a host. */

/**
 * The parts of `docker container inspect` that make a container what it is.
 *
 * @typedef {object} Inspected
 * @property {string} Image
 * @property {object} Config
 * @property {readonly string[] | null} Config.Env
 * @property {string} Config.User
 * @property {string} Config.WorkingDir
 * @property {readonly string[] | null} Config.Entrypoint
 * @property {string} [Config.StopSignal]
 * @property {InspectedHost} HostConfig
 * @property {{ readonly Networks: Readonly<Record<string, object>> }} NetworkSettings
 * @property {readonly InspectedMount[]} Mounts
 */

/**
 * @typedef {object} InspectedHost
 * @property {boolean} ReadonlyRootfs
 * @property {boolean | null} [Init]
 * @property {Readonly<Record<string, string>> | null} [Tmpfs]
 * @property {number} ShmSize
 * @property {readonly { readonly Name: string, readonly Soft: number, readonly Hard: number }[] | null} [Ulimits]
 * @property {readonly string[] | null} [ExtraHosts]
 * @property {readonly string[] | null} [CapAdd]
 * @property {readonly string[] | null} [CapDrop]
 * @property {readonly string[] | null} [SecurityOpt]
 * @property {number} Memory
 * @property {number} NanoCpus
 * @property {number | null} [PidsLimit]
 */

/** @typedef {{ readonly Type: string, readonly Name?: string, readonly Source: string, readonly Destination: string, readonly RW: boolean }} InspectedMount */

/**
 * The container's own variables: those of its image are there anyway.
 *
 * @param {Inspected} container
 * @param {readonly string[]} image those of its image
 * @returns {Record<string, string>}
 */
export function ownVariables({ Config }, image) {
  const own = (Config.Env ?? []).filter((line) => !image.includes(line));
  return Object.fromEntries(
    own.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/**
 * The values among the variables that may be secrets.
 *
 * @param {Readonly<Record<string, string>>} variables
 * @param {readonly string[]} plain the names of those that hold none
 */
export function secretVariables(variables, plain) {
  return Object.entries(variables).flatMap(([name, value]) =>
    value === "" || isPlain(name, plain) ? [] : [value],
  );
}

/**
 * Variables of Towpath hold paths and names.
 *
 * @param {string} name
 * @param {readonly string[]} plain
 */
function isPlain(name, plain) {
  return plain.includes(name) || name.startsWith("TOWPATH_") || name.endsWith("_FILE");
}
