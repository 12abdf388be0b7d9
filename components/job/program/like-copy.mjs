/** A container that runs a job as a copy of its service runs: what the engine is asked to make, and its secrets. */
import { engine, engineBytes, Refusal } from "../../host/program/engine.mjs";
import { ownVariables, secretVariables } from "../../host/program/like.mjs";
import { temporaryFolder } from "../../host/program/limits.mjs";
import { archiveOf, textsIn } from "./tar.mjs";

/** @typedef {import("../../host/program/like.mjs").Inspected} Inspected */

/** The folder in which containers find the files of their secrets. */
const secretsFolder = "/run/secrets";

/**
 * The container of a job, which is like this copy.
 *
 * Where the copy has its secrets in a volume, this one has a volume of its own: a release may remove the copy's meanwhile.
 *
 * @param {Inspected & { readonly HostConfig: { readonly LogConfig?: object } }} copy
 * @param {{ readonly command: readonly string[], readonly labels: Readonly<Record<string, string>> }} job
 */
export function containerLike({ Image, Config, HostConfig, NetworkSettings, Mounts }, { command, labels }) {
  const [network = "none"] = Object.keys(NetworkSettings.Networks);
  const [program, ...words] = Config.Entrypoint ?? [];
  const { Memory, PidsLimit, Tmpfs, ...as } = HostConfig;
  const others = Object.fromEntries(Object.entries(Tmpfs ?? {}).filter(([path]) => path !== "/tmp"));
  return {
    Image,
    // An empty one would be the image's.
    ...(program !== undefined && { Entrypoint: [program] }),
    Cmd: [...words, ...command],
    Env: Config.Env,
    User: Config.User,
    WorkingDir: Config.WorkingDir,
    ...(Config.StopSignal !== undefined && { StopSignal: Config.StopSignal }),
    Healthcheck: { Test: ["NONE"] },
    Labels: labels,
    HostConfig: {
      NetworkMode: network,
      ReadonlyRootfs: as.ReadonlyRootfs,
      Init: as.Init,
      ShmSize: as.ShmSize,
      Ulimits: as.Ulimits,
      ExtraHosts: as.ExtraHosts,
      CapAdd: as.CapAdd,
      CapDrop: as.CapDrop,
      SecurityOpt: as.SecurityOpt,
      LogConfig: as.LogConfig,
      NanoCpus: as.NanoCpus,
      ...(Memory > 0 && { Memory, MemorySwap: Memory }),
      ...(PidsLimit && { PidsLimit }),
      Tmpfs: { ...others, ...(Memory > 0 && { "/tmp": temporaryFolder(Memory) }) },
      Mounts: Mounts.flatMap(({ Type, Name, Source, Destination, RW }) => {
        if (Destination === secretsFolder) return [{ Type: "volume", Target: Destination }];
        if (Type !== "volume" && Type !== "bind") return [];
        const from = Type === "volume" ? (Name ?? Source) : Source;
        return [{ Type, Source: from, Target: Destination, ReadOnly: !RW }];
      }),
    },
  };
}

/**
 * Gives a container that was made like a copy the secrets that the copy has as files.
 *
 * @param {string} copy
 * @param {Inspected} container what was made
 * @param {string} id
 */
export async function passSecretsOn(copy, { Config, Mounts }, id) {
  const secrets = await secretsOf(copy);
  const names = Object.keys(secrets);
  if (names.length === 0) return;
  const isMounted = Mounts.some(({ Destination }) => Destination === secretsFolder);
  // What has another path is mounted there, too.
  const paths = isMounted
    ? names.map((name) => [name, name])
    : names.flatMap((name) => pathsOf(name, Config.Env));
  const archive = archiveOf(
    Object.fromEntries(paths.map(([path = "", name = ""]) => [path, secrets[name] ?? ""])),
  );
  await engineBytes("PUT", `/containers/${id}/archive?path=${isMounted ? secretsFolder : "/"}`, archive);
}

/**
 * The paths of a secret's file in the container's root: below the folder of all, and where its variable tells another one.
 *
 * @param {string} name
 * @param {readonly string[] | null} environment
 */
function pathsOf(name, environment) {
  const usual = `${secretsFolder}/${name}`;
  const variable = `${name}_FILE=`;
  const told = environment?.find((line) => line.startsWith(variable))?.slice(variable.length);
  return [...new Set([usual, told ?? usual])].map((path) => [path.slice(1), name]);
}

/**
 * The secret values that a container has, as files or in variables.
 *
 * @param {Inspected} container
 * @param {string} id
 * @param {readonly string[]} plain the names of its variables that hold none
 */
export async function secretValuesOf(container, id, plain) {
  const image = /** @type {{ Config: { Env: string[] | null } }} */ (
    await engine("GET", `/images/${container.Image}/json`)
  );
  const variables = ownVariables(container, image.Config.Env ?? []);
  return [...secretVariables(variables, plain), ...Object.values(await secretsOf(id))];
}

/** @param {string} container */
async function secretsOf(container) {
  try {
    return textsIn(await engineBytes("GET", `/containers/${container}/archive?path=${secretsFolder}`));
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return {};
    throw error;
  }
}
